//! Forms as they are shown again: what was typed, what was wrong with it, and the fields that carry both. Deliberately
//! not here: reading and judging what was typed.

use crate::words::{Said, Words};
use askama::Template;
use askama::filters::HtmlSafe;
use std::fmt;

/// What was typed into a form, and what was wrong with it; empty for a form that is shown for the first time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// Field name and what was typed; a name may stand more than once (checkboxes).
    pub values: Vec<(String, String)>,
    /// Field name and the code of what was wrong: `required`, `too-long`, `not-an-email`, ... (`field-…` in
    /// `problems.ftl`), or any refusal's code. An empty field name speaks of the whole form.
    pub errors: Vec<(String, String)>,
}

impl Form {
    /// The form with this value in this field.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<String>) -> Self {
        self.values.push((field.to_owned(), value.into()));
        self
    }

    /// The form with this fault.
    #[must_use]
    pub fn wrong(mut self, field: &str, code: &str) -> Self {
        self.errors.push((field.to_owned(), code.to_owned()));
        self
    }

    /// What was typed into the field; empty where nothing was.
    pub fn value(&self, field: &str) -> &str {
        self.values.iter().find(|(name, _)| name == field).map_or("", |(_, value)| value)
    }

    /// Whether the field holds this value: for radio buttons and checkboxes.
    pub fn holds(&self, field: &str, value: &str) -> bool {
        self.values.iter().any(|(name, held)| name == field && held == value)
    }

    /// What was wrong with the field, in words.
    pub fn fault(&self, w: &Words, field: &str) -> Option<Said> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, code)| fault_text(w, code))
    }

    /// The box above a form that lists what was wrong; nothing where nothing was.
    pub fn summary(&self, w: &Words) -> Part {
        let faults: Vec<_> =
            self.errors.iter().map(|(field, code)| (field.as_str(), fault_text(w, code))).collect();
        if faults.is_empty() { Part(String::new()) } else { Part::of(&Summary { w, faults }) }
    }

    /// A field of one line.
    pub fn text<'a>(&'a self, w: &'a Words, name: &'a str, label: Said) -> Field<'a> {
        Field {
            w,
            form: self,
            name,
            label,
            hint: None,
            kind: "text",
            autocomplete: "off",
            mode: "",
            rows: 0,
            max: 0,
            width: "",
            is_heading: false,
            is_optional: false,
            language: "",
        }
    }

    /// A field of several lines.
    pub fn area<'a>(&'a self, w: &'a Words, name: &'a str, label: Said, rows: usize) -> Field<'a> {
        Field { rows, ..self.text(w, name, label) }
    }

    /// One question with several answers, of which one may be chosen.
    pub fn radios<'a>(&'a self, w: &'a Words, name: &'a str, legend: Said) -> Choices<'a> {
        Choices {
            w,
            form: self,
            name,
            legend,
            hint: None,
            kind: "radio",
            is_heading: false,
            options: Vec::new(),
        }
    }

    /// One question with several answers, of which any number may be chosen.
    pub fn checks<'a>(&'a self, w: &'a Words, name: &'a str, legend: Said) -> Choices<'a> {
        Choices { kind: "checkbox", ..self.radios(w, name, legend) }
    }

    /// One box to tick, with the value `yes`.
    pub fn check<'a>(&'a self, w: &'a Words, name: &'a str, label: Said) -> Part {
        Part::of(&Tick { fault: self.fault(w, name), is_set: self.holds(name, "yes"), name, label })
    }
}

/// The words for the code of a fault.
pub fn fault_text(w: &Words, code: &str) -> Said {
    w.by_id(&format!("field-{code}"))
        .or_else(|| w.by_id(&format!("problem-{code}")))
        .unwrap_or_else(|| w.problem_other())
}

/// A finished piece of HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part(pub(crate) String);

impl Part {
    /// The piece that a template gives. Rendering into a text fails only where a `Display` does, and none here does.
    pub(crate) fn of(template: &impl Template) -> Self {
        Self(template.render().unwrap_or_default())
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Part {}

#[derive(Template)]
#[template(path = "parts/summary.html")]
struct Summary<'a> {
    w: &'a Words,
    faults: Vec<(&'a str, Said)>,
}

#[derive(Template)]
#[template(path = "parts/tick.html")]
struct Tick<'a> {
    name: &'a str,
    label: Said,
    is_set: bool,
    fault: Option<Said>,
}

/// A field in the making; shows itself as its label, hint, fault and box.
#[derive(Template)]
#[template(path = "parts/field.html")]
pub struct Field<'a> {
    w: &'a Words,
    form: &'a Form,
    name: &'a str,
    label: Said,
    hint: Option<Said>,
    kind: &'a str,
    autocomplete: &'a str,
    mode: &'a str,
    rows: usize,
    max: usize,
    width: &'a str,
    is_heading: bool,
    is_optional: bool,
    language: &'a str,
}

impl<'a> Field<'a> {
    /// With a line of help under the label.
    pub fn hint(self, hint: Said) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// With this `type`.
    pub fn kind(self, kind: &'a str) -> Self {
        Self { kind, ..self }
    }

    /// With this `autocomplete`.
    pub fn autocomplete(self, autocomplete: &'a str) -> Self {
        Self { autocomplete, ..self }
    }

    /// With this `inputmode`.
    pub fn mode(self, mode: &'a str) -> Self {
        Self { mode, ..self }
    }

    /// With a limit of characters.
    pub fn max(self, max: usize) -> Self {
        Self { max, ..self }
    }

    /// Narrow: `w4`, `w10` or `w20`.
    pub fn width(self, width: &'a str) -> Self {
        Self { width, ..self }
    }

    /// As the one question of the page, whose label is its heading.
    pub fn heading(self) -> Self {
        Self { is_heading: true, ..self }
    }

    /// Marked as one that may stay empty.
    pub fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }

    /// For text in this language, whatever the page's language is.
    pub fn language(self, language: &'a str) -> Self {
        Self { language, ..self }
    }
}

impl HtmlSafe for Field<'_> {}

struct Choice<'a> {
    value: &'a str,
    label: Said,
    hint: Option<Said>,
}

/// A question with answers in the making; shows itself as a fieldset.
#[derive(Template)]
#[template(path = "parts/choices.html")]
pub struct Choices<'a> {
    w: &'a Words,
    form: &'a Form,
    name: &'a str,
    legend: Said,
    hint: Option<Said>,
    kind: &'a str,
    is_heading: bool,
    options: Vec<Choice<'a>>,
}

impl<'a> Choices<'a> {
    /// With a line of help under the question.
    pub fn hint(self, hint: Said) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// As the one question of the page.
    pub fn heading(self) -> Self {
        Self { is_heading: true, ..self }
    }

    /// With one more answer.
    pub fn option(mut self, value: &'a str, label: Said) -> Self {
        self.options.push(Choice { value, label, hint: None });
        self
    }

    /// With one more answer that has a line of help.
    pub fn explained(mut self, value: &'a str, label: Said, hint: Said) -> Self {
        self.options.push(Choice { value, label, hint: Some(hint) });
        self
    }
}

impl HtmlSafe for Choices<'_> {}
