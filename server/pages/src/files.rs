//! Files of a dispute: adding, listing, and showing one to the other person after a preview. Deliberately not here:
//! their bytes.

use crate::form::Form;
use crate::frame::page;

/// One file as the reader may know it.
#[derive(Debug, Clone)]
pub struct FileLine {
    /// Its id; opened at `/files/{id}`.
    pub id: String,
    /// Its name: the owner's own for the owner, `File 2` and such for others.
    pub name: String,
    /// Its size in words, such as `1.2 MB`.
    pub size: String,
    /// Whether it is the reader's own.
    pub is_mine: bool,
    /// Whether the other person may see it.
    pub is_shown: bool,
}

/// `GET /disputes/{id}/files`. Posts the same path as `multipart/form-data`: `csrf`, `file`. Links to
/// `/disputes/{id}/files/{file}/showing`.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// The dispute's id.
    pub id: String,
    /// What the reader may open.
    pub items: Vec<FileLine>,
    /// Whether the reader may add one.
    pub may_add: bool,
    /// Whether the dispute is still a draft: the page then leads back to the check page.
    pub is_draft: bool,
    /// What was wrong.
    pub form: Form,
}
page!(Files, "files/list.html");

/// `GET /disputes/{id}/files/{file}/showing`: the preview. Posts the same path: `show=yes`.
#[derive(Debug, Clone, Default)]
pub struct FileShowing {
    /// The dispute's id.
    pub id: String,
    /// The file's id.
    pub file: String,
    /// Its name as the other person will see it.
    pub name: String,
    /// Whether it is a picture that the page can show.
    pub is_picture: bool,
    /// What was wrong.
    pub form: Form,
}
page!(FileShowing, "files/showing.html");
