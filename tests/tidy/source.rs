//! Reading the source as text: its files, its code without comments and strings, and the paths that it names. No
//! parser: each rule of `tidy` is about words, and a rule that a clever line could fool is still a rule.

use std::path::{Path, PathBuf};

/// One file of the tree.
pub struct Source {
    /// Its path from the top of the tree.
    pub name: String,
    /// As it stands.
    pub text: String,
}

/// The top of the tree.
pub fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("the tree").to_owned()
}

/// Every file under a folder whose name ends so, in order.
pub fn files(folder: &str, endings: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&top().join(folder), endings, &mut found);
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

fn collect(folder: &Path, endings: &[&str], found: &mut Vec<Source>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["node_modules", "target", ".git"].contains(&name.as_str()) {
                collect(&path, endings, found);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let name = path.strip_prefix(top()).expect("inside the tree").display().to_string();
            found.push(Source { name, text });
        }
    }
}

impl Source {
    /// The code alone: comments, strings and characters are blanked, lines keep their numbers.
    pub fn code(&self) -> String {
        code_of(&self.text)
    }

    /// The code that is not compiled for tests alone.
    pub fn shipped_code(&self) -> String {
        let code = self.code();
        match code.find("#[cfg(test)]\nmod ") {
            Some(at) => code[..at].to_owned(),
            None => code,
        }
    }

    /// Lines of the file.
    pub fn lines(&self) -> usize {
        self.text.lines().count()
    }
}

/// Blanks comments, strings and characters of Rust.
pub fn code_of(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) = raw_string(rest) {
            length
        } else if rest.starts_with('"') {
            plain_string(rest)
        } else if let Some(length) = character(rest) {
            length
        } else {
            let letter = rest.chars().next().expect("there is more");
            out.push(letter);
            at += letter.len_utf8();
            continue;
        };
        out.extend(rest[..length].chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }));
        at += length;
    }
    out
}

/// The length of a raw string that begins here.
fn raw_string(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then_some(())?;
    let begin = rest.len() - after.len() + hashes + 1;
    let end = format!("\"{}", "#".repeat(hashes));
    rest[begin..].find(&end).map(|at| begin + at + end.len())
}

fn plain_string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of a character literal that begins here; a lifetime is none.
fn character(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    if inner.starts_with('\\') {
        return inner[2..].find('\'').map(|at| at + 4);
    }
    let letter = inner.chars().next()?;
    inner[letter.len_utf8()..].starts_with('\'').then(|| letter.len_utf8() + 2)
}

/// Whether a word stands in code, not as a part of a longer one.
pub fn has_word(code: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(word).any(|(at, _)| {
        !code[..at].chars().next_back().is_some_and(is_part)
            && !code[at + word.len()..].chars().next().is_some_and(is_part)
    })
}

/// Every path of code that begins with a word such as `crate`, groups in braces spelled out.
pub fn paths_from(code: &str, start: &str) -> Vec<Vec<String>> {
    let marker = format!("{start}::");
    let mut paths = Vec::new();
    for (at, _) in code.match_indices(&marker) {
        let before = code[..at].chars().next_back();
        // `$crate::` of a macro and `pub(in crate::…)` aside, a letter before means another word.
        if !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_' || letter == ':') {
            read_path(&code[at + marker.len()..], &[], &mut paths);
        }
    }
    paths
}

/// Reads one path or group and returns how many bytes it took.
fn read_path(rest: &str, before: &[String], paths: &mut Vec<Vec<String>>) -> usize {
    let mut path = before.to_vec();
    let mut at = 0;
    loop {
        at += blank(&rest[at..]);
        if rest[at..].starts_with('{') {
            at += 1;
            loop {
                at += rest[at..].len()
                    - rest[at..].trim_start_matches(|l: char| l.is_whitespace() || l == ',').len();
                if at >= rest.len() || rest[at..].starts_with('}') {
                    return (at + 1).min(rest.len());
                }
                let read = read_path(&rest[at..], &path, paths);
                // Whatever follows a name in a group (`as other`) ends at the next comma or brace.
                at += read.max(1);
                at += rest[at..].find([',', '}', '{']).unwrap_or(rest.len() - at);
            }
        }
        let end = rest[at..].find(|l: char| !(l.is_alphanumeric() || l == '_')).unwrap_or(rest.len() - at);
        if end == 0 {
            break;
        }
        path.push(rest[at..at + end].to_owned());
        at += end;
        match rest[at..].strip_prefix("::") {
            Some(_) => at += 2,
            None => break,
        }
    }
    paths.push(path);
    at
}

fn blank(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_comments_are_blanked_and_lifetimes_are_not() {
        let code = code_of(
            "let a: &'a str = \"diesel \\\" \"; // diesel\nlet b = 'x'; r#\"diesel\"# /* diesel */ diesel",
        );
        assert_eq!(code.matches("diesel").count(), 1, "{code}");
        assert!(code.contains("&'a str"), "{code}");
    }

    #[test]
    fn groups_are_spelled_out() {
        let found = paths_from("use crate::{a::{B, c::D}, e as f};\nlet x = crate::g::h(1);", "crate");
        let spelled: Vec<String> = found.iter().map(|path| path.join("::")).collect();
        assert_eq!(spelled, ["a::B", "a::c::D", "e", "g::h"]);
    }
}
