//! `cc-math inspect`: documents and rejects, one after the other.

use crate::Ending;
use crate::fault::Fault;
use cc_math_core::Reason;
use cc_math_report::{Entry, Filter, Folder, MARK, entries};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use signal_hook::consts::SIGINT;
use signal_hook::flag;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;

/// Page through the documents that a run kept, or the records it dropped.
///
/// On a terminal they are shown by $PAGER, or by `less`, where space and `b` turn pages, `n` and
/// `N` go to the next and the previous document, and `q` ends; elsewhere they are printed.
#[derive(Debug, Args)]
pub(crate) struct InspectArguments {
    /// The output folder of a run.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Show what was dropped.
    #[arg(long)]
    rejects: bool,
    /// Show what was dropped for this reason.
    #[arg(long, value_name = "REASON", value_parser = reason_parser(), hide_possible_values = true)]
    reason: Option<Reason>,
    /// Show what was dropped by this stage.
    #[arg(long, value_name = "STAGE")]
    stage: Option<String>,
    /// Show the document or the reject with this id; may be given more than once.
    #[arg(long, value_name = "ID")]
    id: Vec<String>,
    /// Show at most so many [default: all on a terminal, 20 elsewhere].
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Print a JSON object a row.
    #[arg(long)]
    json: bool,
}

/// Rows printed where nobody pages.
const PRINTED: usize = 20;

fn reason_parser() -> impl TypedValueParser<Value = Reason> {
    let codes = PossibleValuesParser::new(Reason::ALL.iter().map(|reason| reason.code()));
    codes.map(|code| Reason::from_code(&code).unwrap_or(Reason::InternalError))
}

/// Runs the verb.
pub(crate) fn run(arguments: InspectArguments) -> Result<Ending, Fault> {
    let folder = Folder::open(&arguments.folder)?;
    let paged = io::stdout().is_terminal() && !arguments.json;
    let limit = arguments.limit.unwrap_or(if paged { usize::MAX } else { PRINTED });
    let dropped = arguments.rejects || arguments.reason.is_some() || arguments.stage.is_some();
    let filter = Filter {
        kept: !dropped,
        dropped: dropped || !arguments.id.is_empty(),
        stage: arguments.stage,
        reason: arguments.reason,
        ids: arguments.id,
    };
    if paged {
        // Ctrl-C is the pager's business.
        flag::register(SIGINT, Arc::default()).map_err(Fault::Signals)?;
    }
    let mut screen = if paged { Screen::pager() } else { Screen::Plain };
    let mut shown = 0;
    for entry in entries(&folder, &filter).take(limit) {
        shown += 1;
        let text = told(&entry?, arguments.json)?;
        match screen.write(&text) {
            // Whoever looks at it has seen enough.
            Err(fault) if fault.kind() == io::ErrorKind::BrokenPipe => break,
            written => written.map_err(Fault::Output)?,
        }
    }
    screen.close();
    match filter.ids.first() {
        Some(id) if shown == 0 => Err(Fault::Unknown { what: id.clone(), folder: folder.name() }),
        _ => Ok(Ending::Well),
    }
}

fn told(entry: &Entry, json: bool) -> Result<String, Fault> {
    Ok(if json { format!("{}\n", entry.to_json()?) } else { entry.to_text() })
}

/// Where rows are shown.
enum Screen {
    Plain,
    Pager(Child, ChildStdin),
}

impl Screen {
    /// The operator's pager, or `less`; where neither starts, nothing pages.
    fn pager() -> Self {
        let chosen = std::env::var("PAGER").unwrap_or_default();
        let mut words = chosen.split_whitespace();
        let started = match words.next() {
            Some(program) => start(Command::new(program).args(words)),
            None => start(Command::new("less").arg(format!("--pattern=^{MARK}"))),
        };
        started.unwrap_or(Screen::Plain)
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        match self {
            Screen::Plain => io::stdout().lock().write_all(text.as_bytes()),
            Screen::Pager(_, input) => input.write_all(text.as_bytes()),
        }
    }

    /// Waits until the operator is done.
    fn close(self) {
        if let Screen::Pager(mut pager, input) = self {
            drop(input);
            drop(pager.wait());
        }
    }
}

fn start(command: &mut Command) -> Option<Screen> {
    let mut pager = command.stdin(Stdio::piped()).env("LESSCHARSET", "utf-8").spawn().ok()?;
    let input = pager.stdin.take()?;
    Some(Screen::Pager(pager, input))
}
