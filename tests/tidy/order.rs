//! The import order inside a crate: a file imports only what stands above it in its `mod` list, so that no circle
//! can grow. A parent and its own children count as one place.

use std::collections::BTreeMap;

use crate::source::{Source, files, paths_from};

/// Modules of one crate by path, each with its children in the order of its list.
struct Modules(BTreeMap<Vec<String>, Vec<String>>);

/// Every import of a crate (`server/domain`) that looks down or aside.
pub fn wrong_imports(folder: &str) -> Vec<String> {
    let sources = files(&format!("{folder}/src"), &[".rs"]);
    let placed: Vec<(Vec<String>, &Source)> =
        sources.iter().filter_map(|source| Some((place(folder, &source.name)?, source))).collect();
    let modules = Modules(placed.iter().map(|(path, source)| (path.clone(), list(&source.code()))).collect());
    let mut wrong = Vec::new();
    // Tests of a module may look at the whole crate: nothing is built upon them.
    for (path, source) in placed.iter().filter(|(_, source)| !source.name.contains("/tests/")) {
        let code = source.shipped_code();
        let mut named: Vec<Vec<String>> = paths_from(&code, "crate");
        let parent = path.split_last().map_or(&[][..], |(_, parent)| parent);
        named.extend(paths_from(&code, "super").into_iter().map(|rest| above(parent, rest)));
        for target in named {
            let target = modules.module_of(&target);
            if modules.looks_down(path, &target) {
                wrong.push(format!("{} names `{}`, which stands below it", source.name, target.join("::")));
            }
        }
    }
    wrong.dedup();
    wrong
}

/// A path that began with `super::` of a module with this parent.
fn above(parent: &[String], rest: Vec<String>) -> Vec<String> {
    let ups = rest.iter().take_while(|word| *word == "super").count();
    let kept = parent.len().saturating_sub(ups);
    parent.iter().take(kept).cloned().chain(rest.into_iter().skip(ups)).collect()
}

/// The module that a file is, or nothing for a program of its own.
fn place(folder: &str, name: &str) -> Option<Vec<String>> {
    let inside = name.strip_prefix(&format!("{folder}/src/"))?.strip_suffix(".rs")?;
    if inside == "main" || inside.starts_with("bin/") {
        return None;
    }
    let mut words: Vec<String> = inside.split('/').map(str::to_owned).collect();
    if words.last().is_some_and(|word| word == "mod" || word == "lib") {
        words.pop();
    }
    Some(words)
}

/// The `mod` list of a file, in its order. What is compiled for tests alone has no place in it, and so no rule.
fn list(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut before = "";
    for line in code.lines().map(str::trim) {
        let for_tests = std::mem::replace(&mut before, line).starts_with("#[cfg(test)]");
        if for_tests {
            continue;
        }
        let bare = line
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("pub(super) ")
            .trim_start_matches("pub ");
        if let Some(name) = bare.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) {
            found.push(name.to_owned());
        }
    }
    found
}

impl Modules {
    /// The deepest module on a path; what follows is an item of it.
    fn module_of(&self, path: &[String]) -> Vec<String> {
        let deepest = (0..=path.len()).rev().find(|length| self.0.contains_key(&path[..*length]));
        path[..deepest.unwrap_or(0)].to_vec()
    }

    /// Whether `target` stands below `from`, where their ways part.
    fn looks_down(&self, from: &[String], target: &[String]) -> bool {
        let shared = from.iter().zip(target).take_while(|(one, other)| one == other).count();
        let (Some(own), Some(other)) = (from.get(shared), target.get(shared)) else { return false };
        let Some(order) = self.0.get(&from[..shared]) else { return false };
        let at = |name: &String| order.iter().position(|listed| listed == name);
        match (at(own), at(other)) {
            (Some(own), Some(other)) => other > own,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_look_up_and_not_down() {
        let path = |text: &str| -> Vec<String> {
            text.split("::").filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        let mut tree = BTreeMap::new();
        tree.insert(path(""), list("pub mod clock;\npub mod acts;\nmod http;"));
        tree.insert(path("acts"), list("mod doing;\nmod offers;"));
        for leaf in ["clock", "http", "acts::doing", "acts::offers"] {
            tree.insert(path(leaf), Vec::new());
        }
        let modules = Modules(tree);
        assert!(modules.looks_down(&path("acts::doing"), &path("http")));
        assert!(modules.looks_down(&path("acts::doing"), &path("acts::offers")));
        assert!(!modules.looks_down(&path("acts::offers"), &path("acts::doing")));
        assert!(!modules.looks_down(&path("http"), &path("acts::offers")));
        assert!(!modules.looks_down(&path("acts"), &path("acts::offers")));
        assert_eq!(modules.module_of(&path("acts::doing::Doing::new")), path("acts::doing"));
    }
}
