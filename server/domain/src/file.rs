//! Files that people uploaded: whether one may be opened at all. Deliberately not here: who may open it, and its bytes.

words! {
    /// Why nobody may open a file, its owner included. A file without any of these may be opened by whoever may read it.
    pub enum Quarantine {
        /// It was not checked for viruses yet: what checks was away when it came.
        Waiting = "waiting",
        /// It was checked and did not pass.
        Held = "held",
    }
}
