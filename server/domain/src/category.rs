//! What kinds of dispute the house takes, and which of them a registrar looks at before anyone is contacted.

words! {
    /// What a dispute is about.
    pub enum Category {
        /// Rent, deposits, repairs, eviction.
        Tenancy = "tenancy",
        /// Something bought or a service paid for.
        Consumer = "consumer",
        /// Money lent or owed.
        Debt = "debt",
        /// Wages and work.
        Work = "work",
        /// Noise, boundaries, water, animals.
        Neighbours = "neighbours",
        /// Between people who are or were a family.
        Family = "family",
        /// Anything else.
        Other = "other",
    }
}

impl Category {
    /// Whether every dispute of this kind waits for a registrar: within a family, questions alone find too little.
    pub const fn needs_registrar(self) -> bool {
        matches!(self, Self::Family)
    }
}
