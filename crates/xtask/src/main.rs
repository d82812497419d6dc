//! Checks and chores of the workspace. `cargo xtask ci` is what CI runs.
//!
//! Everything here calls ordinary tools (cargo, rustfmt, clippy) and reads
//! ordinary files; it knows nothing of documents or mathematics.

mod floors;
mod tidy;

use std::process::{Command, ExitCode};

/// Exit code of a script that could not try what it tries.
const SKIPPED: i32 = 77;

/// One chore: its name, what it does, and how.
struct Chore {
    name: &'static str,
    about: &'static str,
    run: fn() -> Result<(), String>,
}

const CHORES: &[Chore] = &[
    Chore { name: "fmt", about: "formatting is rustfmt's", run: fmt },
    Chore { name: "floors", about: "crates depend only on floors below them", run: floors::check },
    Chore {
        name: "tidy",
        about: "module heads, no stray notes, no machine paths",
        run: tidy::check,
    },
    Chore { name: "clippy", about: "no lint on any target", run: clippy },
    Chore { name: "test", about: "all tests, with nextest where it is installed", run: test },
    Chore { name: "ray", about: "a Ray cluster that loses a node gives the same bytes", run: ray },
    Chore { name: "doc", about: "documentation builds without a warning", run: doc },
    Chore { name: "fuzz", about: "fuzz targets compile", run: fuzz },
    Chore {
        name: "deny",
        about: "licences and sources of dependencies, where cargo-deny is installed",
        run: deny,
    },
];

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let chores: Vec<&Chore> = match wanted.first().map(String::as_str) {
        Some("ci") => CHORES.iter().collect(),
        Some(name) if CHORES.iter().any(|chore| chore.name == name) => {
            CHORES.iter().filter(|chore| chore.name == name).collect()
        }
        _ => return help(),
    };
    for chore in chores {
        eprintln!("== {}: {}", chore.name, chore.about);
        if let Err(fault) = (chore.run)() {
            eprintln!("error: {} failed: {fault}", chore.name);
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn help() -> ExitCode {
    eprintln!("usage: cargo xtask ci | CHORE\n\nchores, in the order `ci` runs them:");
    for chore in CHORES {
        eprintln!("  {:8} {}", chore.name, chore.about);
    }
    ExitCode::from(2)
}

/// Runs cargo with these arguments; its output goes where ours does.
fn cargo(args: &[&str], env: &[(&str, &str)]) -> Result<(), String> {
    let status = Command::new("cargo").args(args).envs(env.iter().copied()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`cargo {}` ended with {status}", args.join(" "))),
        Err(fault) => Err(format!("`cargo {}` did not start: {fault}", args.join(" "))),
    }
}

fn has_subcommand(name: &str) -> bool {
    Command::new("cargo").args([name, "--version"]).output().is_ok_and(|out| out.status.success())
}

fn fmt() -> Result<(), String> {
    cargo(&["fmt", "--all", "--check"], &[])
}

fn clippy() -> Result<(), String> {
    cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"], &[])
}

/// The same random cases in every run, so that a failure is the change's own; new ones
/// are tried where `PROPTEST_CASES` says how many.
fn test() -> Result<(), String> {
    let explores = ["PROPTEST_CASES", "PROPTEST_RNG_SEED"].map(std::env::var_os);
    let seed = [("PROPTEST_RNG_SEED", "20240518")];
    let env = if explores.iter().any(Option::is_some) { &[][..] } else { &seed[..] };
    if has_subcommand("nextest") {
        cargo(&["nextest", "run", "--workspace", "--locked", "--no-fail-fast"], env)?;
        return cargo(&["test", "--workspace", "--locked", "--doc", "--quiet"], env);
    }
    cargo(&["test", "--workspace", "--locked"], env)
}

/// Needs Linux, for the addresses of its nodes, and Python with a place to get Ray from.
fn ray() -> Result<(), String> {
    let has_venv = Command::new("python3").args(["-c", "import ensurepip, venv"]).output();
    if !cfg!(target_os = "linux") || !has_venv.is_ok_and(|out| out.status.success()) {
        eprintln!("   this is not Linux with python3 and its venv; skipped");
        return Ok(());
    }
    let status = Command::new("tests/ray.sh").status();
    match status.map(|status| status.code()) {
        Ok(Some(0)) => Ok(()),
        Ok(Some(SKIPPED)) => {
            eprintln!("   Ray could not be installed, or curl or pgrep is missing; skipped");
            Ok(())
        }
        Ok(_) => Err("see above".into()),
        Err(fault) => Err(format!("`tests/ray.sh` did not start: {fault}")),
    }
}

fn doc() -> Result<(), String> {
    cargo(&["doc", "--workspace", "--no-deps", "--locked"], &[("RUSTDOCFLAGS", "-D warnings")])
}

fn fuzz() -> Result<(), String> {
    cargo(
        &["check", "--manifest-path", "fuzz/Cargo.toml", "--locked", "--target-dir", "target"],
        &[],
    )
}

fn deny() -> Result<(), String> {
    if !has_subcommand("deny") {
        eprintln!("   cargo-deny is not installed (`cargo install cargo-deny --locked`); skipped");
        return Ok(());
    }
    cargo(&["deny", "check", "licenses", "bans", "sources"], &[])
}
