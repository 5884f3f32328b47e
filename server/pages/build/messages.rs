//! Reads the Fluent files. English is the contract: it says which messages there are and which variables each takes.
//! A language that lacks a message it owes, or names one or a variable that English does not know, fails the build.

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// The languages and which files of each must be complete; where the list is empty, all.
const OWED: &[(&str, &[&str])] = &[("en", &[]), ("bn", &[]), ("ur", &[])];

struct Message {
    file: String,
    variables: Vec<String>,
}

type Messages = BTreeMap<String, Message>;

/// The source of `impl Words` with one function a message, and of the table of Fluent sources by language.
pub fn generate(locales: &Path) -> Result<String, Box<dyn Error>> {
    let english = read(&locales.join("en"))?;
    let mut source = String::from("impl Words {\n");
    for (id, message) in &english {
        write_accessor(&mut source, id, message)?;
    }
    source.push_str(
        "}\n/// The Fluent sources of each shipped language.\nconst SOURCES: &[(&str, &[&str])] = &[\n",
    );
    for (tag, owed) in OWED {
        let folder = locales.join(tag);
        if *tag != "en" {
            check(tag, owed, &english, &read(&folder)?);
        }
        let files: Vec<_> = ftl_files(&folder)?
            .iter()
            .map(|file| format!("include_str!({:?})", file.display().to_string()))
            .collect();
        writeln!(source, "    ({tag:?}, &[{}]),", files.join(", "))?;
    }
    source.push_str("];\n");
    Ok(source)
}

fn write_accessor(source: &mut String, id: &str, message: &Message) -> std::fmt::Result {
    let name = id.replace('-', "_");
    let parameters: String = message.variables.iter().map(|name| format!(", {name}: impl Arg")).collect();
    let values: Vec<_> = message.variables.iter().map(|name| format!("({name:?}, {name}.arg())")).collect();
    writeln!(source, "    /// The message `{id}` of `{}.ftl`.", message.file)?;
    writeln!(
        source,
        "    pub fn {name}(&self{parameters}) -> Said {{ self.say({id:?}, &[{}]) }}",
        values.join(", ")
    )
}

fn check(tag: &str, owed: &[&str], english: &Messages, theirs: &Messages) {
    for (id, message) in theirs {
        match english.get(id) {
            None => println!("cargo::error={tag}: English knows no message {id}"),
            Some(contract) => {
                for variable in message.variables.iter().filter(|name| !contract.variables.contains(name)) {
                    println!("cargo::error={tag}: {id}: English knows no variable {variable}");
                }
            }
        }
    }
    let is_owed = |file: &String| owed.is_empty() || owed.contains(&file.as_str());
    let missing: Vec<_> = english
        .iter()
        .filter(|(id, message)| is_owed(&message.file) && !theirs.contains_key(*id))
        .map(|(id, _)| id.as_str())
        .collect();
    if !missing.is_empty() {
        println!("cargo::{LEVEL}={tag}: {} messages are missing: {}", missing.len(), missing.join(" "));
    }
}

/// How cargo is told of a missing message.
const LEVEL: &str = "error";

fn ftl_files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for found in fs::read_dir(folder)? {
        let path = found?.path();
        if path.extension().is_some_and(|extension| extension == "ftl") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read(folder: &Path) -> Result<Messages, Box<dyn Error>> {
    let mut messages = Messages::new();
    for path in ftl_files(folder)? {
        let file = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let resource =
            fluent_syntax::parser::parse(fs::read_to_string(&path)?).unwrap_or_else(|(read, errors)| {
                for error in errors {
                    println!("cargo::error={}: {error:?}", path.display());
                }
                read
            });
        for entry in resource.body {
            let Entry::Message(message) = entry else { continue };
            let mut variables = Vec::new();
            if let Some(pattern) = &message.value {
                in_pattern(pattern, &mut variables);
            }
            let id = message.id.name.clone();
            if messages.insert(id.clone(), Message { file: file.clone(), variables }).is_some() {
                println!("cargo::error={}: {id} stands twice", path.display());
            }
        }
    }
    Ok(messages)
}

fn in_pattern(pattern: &Pattern<String>, variables: &mut Vec<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, variables);
        }
    }
}

fn in_expression(expression: &Expression<String>, variables: &mut Vec<String>) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, variables),
        Expression::Select { selector, variants } => {
            in_inline(selector, variables);
            for variant in variants {
                in_pattern(&variant.value, variables);
            }
        }
    }
}

fn in_inline(inline: &InlineExpression<String>, variables: &mut Vec<String>) {
    match inline {
        InlineExpression::VariableReference { id } if !variables.contains(&id.name) => {
            variables.push(id.name.clone())
        }
        InlineExpression::Placeable { expression } => in_expression(expression, variables),
        _ => {}
    }
}
