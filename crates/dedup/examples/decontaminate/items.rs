//! Items like those of benchmarks: algebra, word problems, multiple choice.

use crate::formula::{Formula, Style};
use crate::random::Random;
use cc_math_dedup::decontaminate::Item;

/// A piece of a question.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    Words(String),
    Formula(Formula),
}

/// A question that can be written in several ways.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) kind: &'static str,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) answer: String,
}

impl Made {
    pub(crate) fn question(&self, style: Style) -> String {
        let piece = |piece: &Piece| match (piece, style) {
            (Piece::Words(words), _) => words.clone(),
            (Piece::Formula(formula), Style::Latex) => format!("${}$", formula.write(style)),
            (Piece::Formula(formula), _) => formula.write(style),
        };
        self.pieces.iter().map(piece).collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn item(&self, number: usize) -> Item {
        Item {
            set: self.kind.into(),
            id: number.to_string(),
            question: self.question(if number.is_multiple_of(2) {
                Style::Plain
            } else {
                Style::Latex
            }),
            answer: Some(self.answer.clone()),
            passage: None,
        }
    }

    /// The question with every operator turned into its opposite.
    pub(crate) fn flipped(&self) -> Self {
        let flip = |piece: &Piece| match piece {
            Piece::Formula(formula) => Piece::Formula(formula.flipped()),
            words => words.clone(),
        };
        Self { pieces: self.pieces.iter().map(flip).collect(), ..self.clone() }
    }
}

/// The same told of someone else and something else, with another answer.
pub(crate) fn retold(made: &Made) -> Made {
    let retell = |piece: &Piece| match piece {
        Piece::Words(words) => Piece::Words(exchanged(&exchanged(words, NAMES), THINGS)),
        formula => formula.clone(),
    };
    Made {
        pieces: made.pieces.iter().map(retell).collect(),
        answer: format!("1{}", made.answer),
        ..made.clone()
    }
}

/// The words with each of the list exchanged for the next.
fn exchanged(words: &str, list: &[&str]) -> String {
    let next = list.iter().cycle().skip(1);
    let pair = list.iter().zip(next).find(|(word, _)| words.contains(**word));
    pair.map_or(words.into(), |(word, next)| words.replace(word, next))
}

/// An item of one of the four kinds.
pub(crate) fn any(random: &mut Random) -> Made {
    match random.within(0, 4) {
        0 => algebra(random),
        1 => word_problem(random, 1),
        2 => word_problem(random, 0),
        _ => choice(random),
    }
}

/// A question of eight operators and more.
pub(crate) fn algebra(random: &mut Random) -> Made {
    let words = |words: &str| Piece::Words(words.into());
    let operators = random.within(6, 12);
    let relation = Piece::Formula(Formula::relation(random, operators));
    let chain = Piece::Formula(Formula::chain(random, 3));
    let pieces = match random.within(0, 5) {
        0 => vec![words("Solve the equation"), relation],
        1 => vec![
            words("Let f be given by"),
            relation,
            words(". What is the value of"),
            chain,
            words("?"),
        ],
        2 => vec![
            words("Given that"),
            relation,
            words("and"),
            chain,
            words("is positive, find the largest integer solution."),
        ],
        3 => vec![
            words("Simplify the expression"),
            chain,
            words("subject to the condition"),
            relation,
        ],
        _ => vec![words("How many real numbers satisfy"), relation, words("?")],
    };
    Made { kind: "algebra", pieces, answer: random.within(1, 500).to_string() }
}

const NAMES: &[&str] = &[
    "Natalia", "Weng", "Betty", "Julie", "James", "Mark", "Albert", "Ken", "Alexis", "Tina",
    "Tobias", "Randy", "Jasper", "Joy", "Maddie", "Carla", "Omar", "Priya", "Ingrid", "Luis",
];
const THINGS: &[&str] = &[
    "apples",
    "clips",
    "pencils",
    "tickets",
    "marbles",
    "stickers",
    "cookies",
    "flowers",
    "books",
    "stamps",
    "candles",
    "muffins",
    "oranges",
    "postcards",
    "shells",
    "ribbons",
    "bottles",
    "coins",
];
const PLACES: &[&str] = &[
    "market",
    "bakery",
    "school fair",
    "library",
    "garden",
    "station",
    "harbor",
    "museum",
    "farm",
    "workshop",
    "bookstore",
    "stadium",
    "village",
    "office",
    "factory",
    "orchard",
];
const TIMES: &[&str] = &[
    "Monday",
    "Tuesday",
    "Friday",
    "the weekend",
    "the first week",
    "April",
    "the summer",
    "the morning",
    "the holiday",
    "the afternoon",
];
const VERBS: &[&str] = &[
    "sold",
    "bought",
    "collected",
    "packed",
    "counted",
    "delivered",
    "ordered",
    "painted",
    "lost",
    "gave away",
    "wrapped",
    "carried",
];
const RELATIVES: &[&str] =
    &["sister", "brother", "neighbor", "teacher", "cousin", "uncle", "friend", "grandmother"];

/// A word problem of two sentences, and of one to three more where `longer` is 1.
pub(crate) fn word_problem(random: &mut Random, longer: usize) -> Made {
    let name = random.pick(NAMES);
    let thing = random.pick(THINGS);
    let mut sentences = vec![format!(
        "{name} {} {} {thing} at the {} during {}.",
        random.pick(VERBS),
        random.within(5, 90),
        random.pick(PLACES),
        random.pick(TIMES)
    )];
    for _ in 0..random.within(longer, 1 + 3 * longer) {
        sentences.push(sentence(random, name, thing));
    }
    sentences.push(match random.within(0, 4) {
        0 => format!("How many {thing} does {name} have in the end?"),
        1 => format!("How much money did {name} earn from all the {thing} in total?"),
        2 => format!(
            "What is the total number of {thing} that {name} and the others handled altogether?"
        ),
        _ => format!("If the remaining {thing} are shared equally, how many does each person get?"),
    });
    let answer = format!("{} {thing}", random.within(2, 900));
    Made {
        kind: if longer > 0 { "word problem" } else { "short problem" },
        pieces: vec![Piece::Words(sentences.join(" "))],
        answer,
    }
}

fn sentence(random: &mut Random, name: &str, thing: &str) -> String {
    let (number, relative) = (random.within(2, 60), random.pick(RELATIVES));
    match random.within(0, 6) {
        0 => format!(
            "The next day, {name}'s {relative} {} half as many {thing} near the {}.",
            random.pick(VERBS),
            random.pick(PLACES)
        ),
        1 => format!(
            "Each box holds {number} {thing}, and every box costs ${} at the {}.",
            random.within(2, 30),
            random.pick(PLACES)
        ),
        2 => format!(
            "After that, the {relative} took {number} of the {thing} and {} another {} for the {}.",
            random.pick(VERBS),
            random.within(3, 40),
            random.pick(PLACES)
        ),
        3 => format!(
            "On the way home {number}% of the {thing} were broken, so {name} {} {} more.",
            random.pick(VERBS),
            random.within(3, 70)
        ),
        4 => format!(
            "A {relative} who lives near the {} promised to bring {number} bags with {} {thing} each.",
            random.pick(PLACES),
            random.within(2, 20)
        ),
        _ => format!(
            "During {} the price per piece went up from ${} to ${} because of the {}.",
            random.pick(TIMES),
            random.within(1, 9),
            random.within(10, 30),
            random.pick(PLACES)
        ),
    }
}

const SUBJECTS: &[&str] = &[
    "mitochondria",
    "a catalyst",
    "the French Revolution",
    "an enzyme",
    "a monopoly",
    "inflation",
    "a covalent bond",
    "the Treaty of Versailles",
    "natural selection",
    "a neural network",
    "the amygdala",
    "photosynthesis",
    "a compiler",
    "the Federal Reserve",
    "plate tectonics",
    "a tort",
    "habeas corpus",
    "a semiconductor",
    "the periodic table",
    "a hash table",
];
const PREDICATES: &[&str] = &[
    "lowers the activation energy",
    "stores genetic information",
    "raises the interest rate",
    "regulates emotional memory",
    "transfers electrons between atoms",
    "limits executive power",
    "translates source code",
    "produces adenosine triphosphate",
    "reduces consumer surplus",
    "requires a unanimous vote",
    "increases with temperature",
    "depends on the initial state",
    "violates the principle of equality",
    "converts light into sugar",
    "maximizes the expected return",
    "is proportional to the square of the distance",
    "was signed by several nations",
    "moves along a fault line",
    "binds to the receptor",
    "sorts the input in linear time",
];
const ADVERBS: &[&str] = &[
    "in most cases",
    "under standard conditions",
    "according to the textbook",
    "in the long run",
    "without external influence",
    "when resources are scarce",
    "in a closed system",
    "by definition",
    "for small samples",
    "during the nineteenth century",
    "at constant pressure",
    "in principle",
];

/// A question with four options.
pub(crate) fn choice(random: &mut Random) -> Made {
    let stem = match random.within(0, 4) {
        0 => format!(
            "Which of the following statements about {} is true {}?",
            random.pick(SUBJECTS),
            random.pick(ADVERBS)
        ),
        1 => format!(
            "A student claims that {} {} {}. Which objection is the strongest?",
            random.pick(SUBJECTS),
            random.pick(PREDICATES),
            random.pick(ADVERBS)
        ),
        2 => format!(
            "What best explains why {} {} {}?",
            random.pick(SUBJECTS),
            random.pick(PREDICATES),
            random.pick(ADVERBS)
        ),
        _ => format!(
            "Unlike {}, {} {} because of which property?",
            random.pick(SUBJECTS),
            random.pick(SUBJECTS),
            random.pick(PREDICATES)
        ),
    };
    let option = |letter: char, random: &mut Random| {
        format!("{letter}) It {} {}", random.pick(PREDICATES), random.pick(ADVERBS))
    };
    let options: Vec<String> = ['A', 'B', 'C', 'D'].iter().map(|l| option(*l, random)).collect();
    let answer = random.pick(&["A", "B", "C", "D"]).to_string();
    let question = format!("{stem}\n{}", options.join("\n"));
    Made {
        kind: "choice",
        pieces: vec![Piece::Words(question)],
        answer: format!("Answer: {answer}"),
    }
}
