// Opens pages in headless Chromium over its debugging protocol and takes pictures; see
// report_screenshots.sh, which calls it: node report_screenshots.mjs CHROMIUM OUT PAGE...
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

const [program, out, ...pages] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "report-screenshots-"));
const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
  "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"];
const browser = spawn(program, flags, { stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"] });
let said = "";
browser.stderr.on("data", (data) => (said += data));
browser.on("exit", (code) => {
  console.error(`error: Chromium ended with ${code}: ${said}`);
  process.exit(1);
});

// Messages are JSON, each with a zero byte behind it.
const [, , , input, output] = browser.stdio;
const waiting = new Map();
const events = [];
let number = 0;
let unread = "";
output.setEncoding("utf8");
output.on("data", (data) => {
  const messages = (unread + data).split("\0");
  unread = messages.pop();
  messages.forEach((text) => receive(JSON.parse(text)));
});

function receive(message) {
  if (!message.id) return events.push(message);
  const { resolve, reject } = waiting.get(message.id);
  message.error ? reject(new Error(message.error.message)) : resolve(message.result);
}

const call = (method, params = {}, sessionId) =>
  new Promise((resolve, reject) => {
    waiting.set(++number, { resolve, reject });
    input.write(JSON.stringify({ id: number, method, params, sessionId }) + "\0");
  });

const COMPLAINTS = ["Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded",
  "Network.loadingFailed"];
const faults = [];

async function look(page, scheme, width) {
  const { targetId } = await call("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
  const on = (method, params) => call(method, params, sessionId);
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await on(`${domain}.enable`);
  await on("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
  await on("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: width < 600 });
  await on("Page.navigate", { url: pathToFileURL(page).href });
  const value = async (expression) => (await on("Runtime.evaluate", { expression, returnByValue: true })).result.value;
  while ((await value("document.readyState")) !== "complete" || (await value("location.protocol")) !== "file:") {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const name = `${basename(page, ".html")}-${scheme}-${width}`;
  const scrolled = await value("document.documentElement.scrollWidth");
  if (scrolled > width) faults.push(`${name}: ${scrolled} px wide`);
  // The first row with a formula of each list, opened, shows how formulas are drawn.
  await value("document.querySelectorAll('.rows').forEach(list => list.querySelector('math')?.closest('details').setAttribute('open', ''))");
  for (const [part, expression] of [["", "0"], ["-kept", "document.querySelector('#kept').getBoundingClientRect().top + scrollY - 20"],
    ["-dropped", "(document.querySelector('#dropped')?.getBoundingClientRect().top ?? 0) + scrollY - 20"]]) {
    const y = Math.max(0, await value(expression));
    const height = part === "" ? 1900 : 1300;
    const shot = await on("Page.captureScreenshot", { format: "png", captureBeyondViewport: true,
      clip: { x: 0, y, width, height, scale: 1 } });
    writeFileSync(join(out, `${name}${part}.png`), Buffer.from(shot.data, "base64"));
  }
  for (const event of events.filter((event) => event.sessionId === sessionId && COMPLAINTS.includes(event.method))) {
    faults.push(`${name}: ${event.method}: ${JSON.stringify(event.params).slice(0, 400)}`);
  }
  await call("Target.closeTarget", { targetId });
}

for (const page of pages) {
  for (const scheme of ["light", "dark"]) {
    for (const width of [1280, 390]) await look(page, scheme, width);
  }
}
browser.removeAllListeners("exit");
await call("Browser.close").catch(() => {});
await new Promise((resolve) => setTimeout(resolve, 500));
rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
faults.forEach((fault) => console.error(`error: ${fault}`));
process.exit(faults.length > 0 ? 1 : 0);
