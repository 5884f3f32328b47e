//! What a person needs so that they can take part. Sealed at rest: a need can tell of a disability.

words! {
    /// One thing that the house arranges, or that the mediator keeps in mind.
    pub enum Need {
        /// Somebody who carries words between languages.
        Interpreter = "interpreter",
        /// Somebody who signs.
        SignLanguage = "sign-language",
        /// Papers in large print.
        LargePrint = "large-print",
        /// Pages are read by a screen reader.
        ScreenReader = "screen-reader",
        /// Short sentences and more time.
        PlainLanguage = "plain-language",
        /// Breaks at fixed times.
        Breaks = "breaks",
        /// Somebody sits beside the person.
        SupportPerson = "support-person",
        /// Help with typing and the device.
        DeviceHelp = "device-help",
    }
}
