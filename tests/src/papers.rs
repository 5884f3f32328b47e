//! The settlement record and other sealed papers, checked by tools that are not ours: poppler's `pdfsig`, `pdftotext` and
//! `pdfdetach`, `qpdf`, and the libraries behind `check_record.py` and `check_archive.py`. Not here: what a record should say, which each test knows.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::tools;

/// A record's two forms and the published keys, in a folder where the tools can read them.
pub struct Papers {
    folder: TempDir,
}

impl Papers {
    /// Lays the files out.
    pub fn new(pdf: &[u8], jws: &str, keys: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("record.pdf"), pdf).expect("the PDF");
        std::fs::write(folder.path().join("record.jws"), jws).expect("the JWS");
        std::fs::write(folder.path().join("keys.json"), keys).expect("the key set");
        Self { folder }
    }

    /// Lays out a sealed PDF that has no other form, as `record.pdf`.
    pub fn alone(pdf: &[u8], keys: &str) -> Self {
        Self::new(pdf, "", keys)
    }

    /// Where a file of them lies: `record.pdf`, `record.jws`, `keys.json`.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes another file beside them, such as an altered record.
    pub fn lays(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.file(name);
        std::fs::write(&path, bytes).expect("the file");
        path
    }

    /// The text that poppler reads in the PDF.
    pub fn text(&self) -> String {
        tools::printed(Command::new("pdftotext").arg("-layout").arg(self.file("record.pdf")).arg("-"))
    }

    /// The same in the order in which it is read, without blanks, line ends and what turns the direction of text, so that a
    /// sentence is found wherever its lines were broken.
    pub fn running_text(&self) -> String {
        let text = tools::printed(Command::new("pdftotext").arg(self.file("record.pdf")).arg("-"));
        let turns = |letter: &char| matches!(letter, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}');
        text.chars().filter(|letter| !letter.is_whitespace() && !turns(letter)).collect()
    }

    /// What poppler says of the PDF's signatures.
    pub fn signature_report(&self) -> String {
        // pdfsig looks for a certificate store in the home folder; an empty one will do.
        let mut command = Command::new("pdfsig");
        command.arg("-nocert").arg(self.file("record.pdf")).env("HOME", self.folder.path());
        tools::printed(&mut command)
    }

    /// The JSON that poppler detaches from the PDF.
    pub fn attached_json(&self) -> Vec<u8> {
        let into = self.folder.path().join("attached");
        std::fs::create_dir_all(&into).expect("a folder");
        tools::printed(
            Command::new("pdfdetach").arg("-saveall").arg("-o").arg(&into).arg(self.file("record.pdf")),
        );
        let files = std::fs::read_dir(into).expect("the folder").filter_map(|entry| Some(entry.ok()?.path()));
        let mut json = files.filter(|file| file.extension().is_some_and(|kind| kind == "json"));
        std::fs::read(json.next().expect("a JSON file in the PDF")).expect("the JSON")
    }

    /// What pyHanko and jwcrypto found; they refuse by failing.
    pub fn found_by_others(&self) -> Value {
        self.found_with(None)
    }

    /// The same of a record that has a time stamp, by an authority whose certificate that one issued.
    pub fn found_with_stamp(&self, authority: &Path) -> Value {
        self.found_with(Some(authority))
    }

    /// What pyHanko found of the PDF alone, with a time stamp by that authority where one is given.
    pub fn pdf_found_by_others(&self, authority: Option<&Path>) -> Value {
        let mut command = Command::new(tools::python());
        command.arg(tools::script("check_report.py"));
        command.arg(self.file("keys.json")).arg(self.file("record.pdf")).args(authority);
        serde_json::from_str(&tools::printed(&mut command)).expect("its findings")
    }

    /// What a verifier that is not ours reads in a paper (SD-JWT) with the published keys alone; null where it refuses it.
    pub fn shown_by_others(&self, paper: &str) -> Value {
        let mut command = Command::new(tools::python());
        command.arg(tools::script("check_sd_jwt.py")).arg(self.file("keys.json"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the verifier");
        child.stdin.take().expect("its input").write_all(paper.as_bytes()).expect("it listens");
        let said = child.wait_with_output().expect("its answer");
        serde_json::from_slice(&said.stdout).unwrap_or(Value::Null)
    }

    /// The PDF keeps, as far as its objects tell, what PDF/A-3a and PDF/UA-1 ask, and qpdf finds nothing wrong with it.
    #[track_caller]
    pub fn is_archival(&self) {
        let pdf = self.file("record.pdf");
        tools::printed(Command::new("qpdf").arg("--check").arg(&pdf));
        tools::printed(Command::new(tools::python()).arg(tools::script("check_archive.py")).arg(&pdf));
    }

    /// For each way of spoiling the PDF, the rule of that check that must find it, and those that did.
    pub fn spoiled(&self) -> Value {
        let mut command = Command::new(tools::python());
        command.arg(tools::script("spoil_archive.py")).arg(self.file("record.pdf"));
        serde_json::from_str(&tools::printed(&mut command)).expect("its findings")
    }

    fn found_with(&self, authority: Option<&Path>) -> Value {
        let mut command = Command::new(tools::python());
        command.arg(tools::script("check_record.py"));
        command.arg(self.file("keys.json")).arg(self.file("record.jws")).arg(self.file("record.pdf"));
        command.args(authority);
        serde_json::from_str(&tools::printed(&mut command)).expect("its findings")
    }
}

/// All that a PDF says, on its pages and in the files that it carries: in the file itself it lies deflated.
pub fn told(pdf: &[u8]) -> String {
    let papers = Papers::alone(pdf, "");
    let into = papers.file("carried");
    std::fs::create_dir_all(&into).expect("a folder");
    // It fails where there are no files in it.
    tools::run(Command::new("pdfdetach").arg("-saveall").arg("-o").arg(&into).arg(papers.file("record.pdf")));
    let carried = std::fs::read_dir(into)
        .expect("the folder")
        .filter_map(|entry| std::fs::read(entry.ok()?.path()).ok());
    carried.fold(papers.text(), |told, file| told + "\n" + &String::from_utf8_lossy(&file))
}

/// What a compact JWS says, read without looking at its signature.
pub fn payload(jws: &str) -> Value {
    use base64::Engine;
    let part = jws.split('.').nth(1).expect("three parts");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// What the header of a compact JWS says.
pub fn header(jws: &str) -> Value {
    use base64::Engine;
    let part = jws.split('.').next().expect("three parts");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}
