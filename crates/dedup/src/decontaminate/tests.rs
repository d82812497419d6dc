use super::*;

fn item(question: &str, answer: Option<&str>) -> Item {
    Item { question: question.into(), answer: answer.map(Into::into), ..Item::default() }
}

/// What is found of one item in a text, by an index of that item and a dozen unrelated ones.
fn found(question: &str, answer: Option<&str>, text: &str) -> Option<Match> {
    let mut items = vec![item(question, answer)];
    items.extend(OTHERS.iter().map(|other| item(other, None)));
    let index = Index::new(&items, &Options::default());
    assert_eq!(index.standing(0), Some(Standing::Judged), "{question}");
    let found = index.judge(text, &formulas(text), &mut Scratch::default());
    found.into_iter().find(|found| found.item == 0)
}

fn piece(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap()
}

fn formulas(text: &str) -> Vec<Formula> {
    use cc_math_core::{FormulaKind, Status};
    cc_math_tex::markdown::formulas(text)
        .into_iter()
        .map(|f| {
            let range = f.range.start as u32..f.range.end as u32;
            Formula::new(range, f.display, FormulaKind::RawDollar, Status::Recovered)
        })
        .collect()
}

const OTHERS: &[&str] = &[
    "Which of the following is the capital of France? A) Paris B) Lyon C) Nice D) Lille",
    "What is the value of x in the equation 3x + 4 = 19?",
    "Find all real solutions of the equation x^3 = x.",
    "How many apples does Tom have if he buys 3 bags of 12 apples and eats 5 of them?",
    "Compute the derivative of the function f(x) = x^2 + 3x - 1 at the point x = 2.",
    "Let n be a positive integer. Show that n^2 + n is even.",
];

const PADDING: &str = "The weather was fine that day and nobody thought of mathematics at all. ";

fn padded(middle: &str) -> String {
    format!("{}\n\n{middle}\n\n{}", PADDING.repeat(8), PADDING.repeat(8))
}

fn check(question: &str, passage: &str, expected: bool) {
    let text = padded(passage);
    let found = found(question, None, &text);
    assert_eq!(found.is_some(), expected, "{question:?} in {passage:?}: {found:?}");
}

const QUADRATIC: &str = "Solve x^2-5x+6=0 for x over the reals.";

#[test]
fn spellings_of_a_formula_are_one() {
    for passage in [
        "Solve x^2-5x+6=0 for x over the reals.",
        "Solve $x^2 - 5x + 6 = 0$ for $x$ over the reals!",
        "solve \\(x^{2}-5x+6=0\\) for \\(x\\) over the reals",
        "**Solve** x² − 5x + 6 = 0 for *x* over the reals",
        "Solve x^2 - 5*x + 6 = 0, for x, over the reals",
        "Solve $x^2-5\\cdot x+6=0$ for $x$ over the reals",
        "Solve x<sup>2</sup> – 5x + 6 = 0 for x over the reals",
        "Solve x**2 - 5x + 6 == 0 for x over the reals",
        "Solve $$\\begin{aligned}x^2-5x+6&=0\\end{aligned}$$ for x over the reals",
    ] {
        check(QUADRATIC, passage, true);
    }
}

#[test]
fn another_formula_is_another_question() {
    for passage in [
        "Solve x^2+5x+6=0 for x over the reals.",
        "Solve x^2-5x-6=0 for x over the reals.",
        "Solve x^2-5x+6>0 for x over the reals.",
        "Solve x^2-5x+6≠0 for x over the reals.",
        "Solve x^3-5x+6=0 for x over the reals.",
        "Solve x^2-5x+6=7 for x over the reals.",
        "Solve x^2-5x/6=0 for x over the reals.",
        "Solve x^2-5x+6+y=0 for x over the reals.",
    ] {
        check(QUADRATIC, passage, false);
    }
}

#[test]
fn fractions_relations_and_numbers_are_read_in_every_form() {
    let question = "If a/b <= 1/2 and b != 0, what is the largest value of 1000a - 3.5b?";
    for passage in [
        r"If $\frac{a}{b}\le\frac12$ and $b\neq 0$, what is the largest value of $1{,}000a-3.5b$?",
        r"If $\dfrac ab \leq \tfrac{1}{2}$ and $b \not= 0$, what is the largest value of $1000\,a - 3.5b$",
        "If a/b ≤ ½ and b ≠ 0, what is the largest value of 1,000a − 3.5b?",
        "If a÷b ⩽ 1/2 and b<>0, what is the largest value of 1000 × a - 3.5 b",
    ] {
        check(question, passage, true);
    }
    check(question, "If a/b >= 1/2 and b != 0, what is the largest value of 1000a - 3.5b?", false);
    check(question, "If a/b <= 1/2 and b = 0, what is the largest value of 1000a - 3.5b?", false);
    check(question, "If a/b <= 1/2 and b != 0, what is the largest value of 1000a * 3.5b?", false);
    check(question, "If a/b <= 1/2 and b != 0, what is the largest value of 100a - 3.5b?", false);
}

const WORDS: &str = "A well-known farmer in Ohio keeps 24 brown hens in a long wooden barn, and each \
    of them lays 3 eggs every two days; how many boxes of 12 eggs does the farmer fill within a \
    month of 30 days, if he never eats an egg and always sells whole boxes on the Sunday market?";

#[test]
fn words_may_be_edited_numbers_may_not() {
    for (from, to) in [
        ("Ohio", "Kansas"),
        ("long wooden ", ""),
        ("brown hens", "big brown Italian hens"),
        ("well-known", "well known"),
        (",", ""),
        ("; how many", ".\n\nHow many"),
        ("never eats an egg and always", "does not eat any egg but"),
    ] {
        assert!(WORDS.contains(from));
        check(WORDS, &WORDS.replace(from, to), true);
    }
    check(WORDS, &WORDS.replace("24", "25"), false);
    check(WORDS, &WORDS.replace("30 days", "31 days"), false);
    check(WORDS, &WORDS.replace("a", "q"), false);
}

#[test]
fn short_questions_must_be_there_token_by_token() {
    check("Simplify x^2 - 1 now", "Simplify $x^2-1$ now", true);
    check("Simplify x^2 - 1 now", "Simplify $x^2-1$ right now", false);
    check("Simplify x^2 - 1 now", "Simplify $x^2+1$ now", false);
    check("Factor 6x^2 - 7x", "Factor $6x^2 - 7x$ please", true);
    check("Factor 6x^2 - 7x + 2", "Factor 6x^2 - 7x + 2 - y please", false);
}

#[test]
fn what_is_too_short_or_too_plain_is_not_looked_for() {
    let items = [item("2+2=?", None), item("a a a a a a a a", None), item("", None)];
    let index = Index::new(&items, &Options::default());
    assert!((0..3).all(|i| index.standing(i) == Some(Standing::TooShort)));
    assert_eq!(index.standing(3), None);
    assert_eq!(index.judge("2+2=? a a a a a a a a", &[], &mut Scratch::default()), []);
}

#[test]
fn an_answer_near_by_decides_about_short_questions() {
    let question = "Solve x^2-5x+6=0 for x";
    let with = padded("Solve $x^2-5x+6=0$ for $x$. We find $x=2$ or $x=3$.");
    let found_with = found(question, Some("x = 2 or x = 3"), &with).unwrap();
    assert_eq!(found_with.answer_score, Some(1.0));
    let answer = piece(&with, found_with.answer_range.unwrap());
    assert_eq!(answer, "$x=2$ or $x=3$");
    let without = padded("Solve $x^2-5x+6=0$ for $x$. We find nothing.");
    assert_eq!(found(question, Some("x = 2 or x = 3"), &without), None);
    let alone = found(WORDS, Some("90 boxes"), &padded(WORDS)).unwrap();
    assert_eq!((alone.answer_score, alone.score), (Some(0.0), 1.0));
}

#[test]
fn a_passage_leads_to_a_question_that_all_have() {
    let question = "What is the main idea of the passage?";
    let passages: Vec<String> = (0..200)
        .map(|n| {
            let words = (0..60).map(|k| format!("w{} ", seeds::mixed(n * 60 + k) % 5000));
            words.collect()
        })
        .collect();
    let items: Vec<Item> = passages
        .iter()
        .map(|passage| Item { passage: Some(passage.clone()), ..item(question, None) })
        .collect();
    let index = Index::new(&items, &Options::default());
    let text = padded(&format!("{}\n\n{question}", passages[150]));
    let found = index.judge(&text, &[], &mut Scratch::default());
    assert_eq!(found.iter().map(|m| m.item).collect::<Vec<_>>(), [150]);
    assert_eq!(found[0].passage_score, Some(1.0));
    assert!(piece(&text, found[0].range.clone()).ends_with("main idea of the passage"));
}

#[test]
fn items_that_are_the_same_stand_for_each_other() {
    let items = [item(WORDS, None), item(QUADRATIC, None), item(&WORDS.to_uppercase(), None)];
    let index = Index::new(&items, &Options::default());
    assert_eq!(index.standing(2), Some(Standing::Repeats(0)));
    assert_eq!(index.judge(WORDS, &[], &mut Scratch::default()).len(), 1);
}

#[test]
fn ranges_stand_on_characters_and_cut_no_formula() {
    let text =
        format!("ééé «{QUADRATIC}» ü und $\\alpha + Solve x^2-5x+6=0 for x over the reals$ é");
    let index = Index::new(&[item(QUADRATIC, None)], &Options::default());
    let found = index.judge(&text, &formulas(&text), &mut Scratch::default());
    let pieces: Vec<&str> = found.iter().map(|m| piece(&text, m.range.clone())).collect();
    assert_eq!(
        pieces,
        [
            "Solve x^2-5x+6=0 for x over the reals",
            "$\\alpha + Solve x^2-5x+6=0 for x over the reals$"
        ]
    );
}

#[test]
fn a_long_text_is_judged_as_its_parts_are() {
    let page = padded(WORDS);
    let text = page.repeat(300);
    let index = Index::new(&[item(WORDS, None)], &Options::default());
    let mut scratch = Scratch::default();
    let found = index.judge(&text, &[], &mut scratch);
    assert!(scratch.tokens.ids.capacity() < 1 << 18);
    let starts: Vec<usize> = found.iter().map(|m| m.range.start).collect();
    let one = index.judge(&page, &[], &mut scratch)[0].range.start;
    assert_eq!(starts, (0..300).map(|n| n * page.len() + one).collect::<Vec<_>>());
}

#[test]
fn hostile_texts_end_soon() {
    let items: Vec<Item> = (0..300)
        .map(|n| {
            item(
                &format!("Say what the common words of all items are worth, {n}"),
                Some("ha ha ha ha ha"),
            )
        })
        .chain([
            item(&"ha ho ".repeat(3000), None),
            item(&"one two three four five ".repeat(9), None),
        ])
        .collect();
    let index = Index::new(&items, &Options { min_different_tokens: 1, ..Options::default() });
    let mut scratch = Scratch::default();
    for text in [
        "a".repeat(1 << 18),
        "ha ho ".repeat(1 << 14),
        "{".repeat(1 << 18),
        "\\".repeat(1 << 18),
        "\\frac".repeat(1 << 15),
        "$".repeat(1 << 18),
        "<".repeat(1 << 18),
        "one two three four five ".repeat(1 << 12),
        "Say what the common words of all items are worth, 7 ".repeat(1 << 11),
        "ﷺ".repeat(1 << 14),
        "½²₁".repeat(1 << 14),
    ] {
        index.judge(&text, &[], &mut scratch);
    }
}

#[test]
fn a_question_with_a_thousand_answers_is_found_with_each() {
    let items: Vec<Item> = (0..1000).map(|n| item(WORDS, Some(&format!("{n} boxes")))).collect();
    let index = Index::new(&items, &Options::default());
    let found = index.judge(&padded(WORDS), &[], &mut Scratch::default());
    assert_eq!(found.len(), 1000);
}

#[test]
fn formulas_that_do_not_fit_the_text_do_no_harm() {
    use cc_math_core::{FormulaKind, Status};
    let text = padded(&format!("é$é$ {QUADRATIC} é"));
    let index = Index::new(&[item(QUADRATIC, None)], &Options::default());
    for (start, end) in [(0, u32::MAX), (9, 3), (7, 7), (580, 585), (u32::MAX, u32::MAX)] {
        let formula = Formula::new(start..end, true, FormulaKind::RawDollar, Status::Recovered);
        for found in index.judge(&text, &[formula.clone(), formula], &mut Scratch::default()) {
            assert!(text.get(found.range).is_some());
        }
    }
}

#[test]
fn what_is_required_falls_with_length() {
    let options = Options::default();
    assert_eq!([0, 11, 12].map(|tokens| options.required(tokens)), [1.0; 3]);
    assert!((options.required(21) - 0.9).abs() < 1e-9);
    assert!([30, 31, usize::MAX].iter().all(|t| (options.required(*t) - 0.8).abs() < 1e-9));
    let wide = Options { answer_window: usize::MAX, ..options.clone() };
    let index = Index::new(&[item(WORDS, Some("none"))], &wide);
    assert_eq!(index.judge(WORDS, &[], &mut Scratch::default()).len(), 1);
    let odd = Options { perfect_below: 9, relaxed_from: 3, ..options };
    assert_eq!((odd.required(8), odd.required(9)), (1.0, 1.0));
}

#[test]
fn an_operator_for_a_product_or_a_product_for_an_operator_is_another_question() {
    let question = "What is the sum of the roots of 3*x^2 - 7*x + 2*a = 0 over the reals?";
    check(question, "What is the sum of the roots of $3x^2-7x+2a=0$ over the reals?", true);
    check(question, "What is the sum of the roots of 3+x^2 - 7*x + 2*a = 0 over the reals?", false);
    check(question, "What is the sum of the roots of 3*x^2 * 7*x + 2*a = 0 over the reals?", false);
}

#[test]
fn a_page_cut_within_an_item_still_has_it() {
    let words: Vec<&str> = WORDS.split(' ').collect();
    assert!(found(WORDS, None, &words.get(5..).unwrap().join(" ")).is_some());
    assert!(found(WORDS, None, &words.get(20..).unwrap().join(" ")).is_none());
}

#[test]
fn every_place_of_an_item_is_found() {
    let text = format!("{} {} {WORDS} {WORDS}", padded(WORDS), padded(&WORDS.replace("24", "25")));
    let index = Index::new(&[item(WORDS, None)], &Options::default());
    let found = index.judge(&text, &[], &mut Scratch::default());
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|m| m.exact && piece(&text, m.range.clone()).starts_with("A well")));
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    /// Pieces of which texts are made that the lexer has a case for.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            prop::sample::select(vec![
                "x", "2", "10", "1,000", ".5", " ", "\n", "-", "+", "/", "*", "**", "=", "<=", "^",
                "{", "}", "$", "\\frac", "\\not", "\\le", "\\text{", "\\begin{", "(A) ", "1. ",
                "²", "½", "π", "é", "’s", "日", "<sup>", "--", "\\", "solve", "value", "of", "the",
            ])
            .prop_map(String::from),
            ".{0,3}",
        ];
        prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    fn operand() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec!["x", "y", "z", "2", "13", "405", "n"])
    }

    fn operator() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec!["+", "-", "*", "/", "^", "=", "<", ">", "≤", "±"])
    }

    proptest! {
        #[test]
        fn whatever_is_indexed_and_judged_ranges_fit_and_scratch_does_not_matter(
            questions in prop::collection::vec(text(), 1..6),
            answer in text(),
            passage in text(),
            page in text(),
        ) {
            let items: Vec<Item> = questions
                .iter()
                .enumerate()
                .map(|(n, question)| Item {
                    question: question.clone(),
                    answer: (n % 2 == 0).then(|| answer.clone()),
                    passage: (n % 3 == 0).then(|| passage.clone()),
                    ..Item::default()
                })
                .collect();
            let index = Index::new(&items, &Options::default());
            let text = format!("{page}{}{page}{}{answer}", questions.concat(), questions[0]);
            let formulas = formulas(&text);
            let mut scratch = Scratch::default();
            let found = index.judge(&text, &formulas, &mut scratch);
            for one in &found {
                prop_assert!(text.get(one.range.clone()).is_some());
                prop_assert!(one.score > 0.0 && one.score < 1.0 + 1e-9);
                prop_assert!(one.score + 1e-9 >= one.required);
            }
            prop_assert_eq!(index.judge(&text, &formulas, &mut scratch), found);
        }

        #[test]
        fn one_operator_exchanged_makes_another_question(
            formula in prop::collection::vec((operand(), operator()), 4..40),
            last in operand(),
            place in any::<prop::sample::Index>(),
            other in operator(),
        ) {
            let write = |formula: &[(&str, &str)]| {
                let terms: String = formula.iter().map(|(a, o)| format!("{a} {o} ")).collect();
                format!("Find the largest value of the term {terms}{last} if there is any at all")
            };
            let mut exchanged = formula.clone();
            let place = place.index(formula.len());
            prop_assume!(exchanged[place].1 != other);
            exchanged[place].1 = other;
            let index = Index::new(&[item(&write(&formula), None)], &Options::default());
            let mut scratch = Scratch::default();
            prop_assert_eq!(index.judge(&padded(&write(&formula)), &[], &mut scratch).len(), 1);
            prop_assert_eq!(index.judge(&padded(&write(&exchanged)), &[], &mut scratch), []);
        }

        #[test]
        fn a_question_alone_in_a_text_is_found(question in text()) {
            let index = Index::new(&[item(&question, None)], &Options::default());
            if index.standing(0) == Some(Standing::Judged) {
                let found = index.judge(&question, &[], &mut Scratch::default());
                prop_assert!(found.iter().any(|m| m.exact && m.question_score > 0.999), "{found:?}");
            }
        }
    }
}
