//! The private questions before anyone is contacted (R16), and what their answers mean for the way on.

words! {
    /// What somebody answers to one of the questions.
    pub enum Answer {
        /// Yes.
        Yes = "yes",
        /// No.
        No = "no",
        /// They keep it to themselves, which is an answer.
        RatherNotSay = "rather-not-say",
    }
}

/// One person's answers; a question that was passed over is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SafetyAnswers {
    /// "Are you alone, so that you can answer freely?"
    pub alone: Option<Answer>,
    /// "Are you afraid of the other person?"
    pub afraid: Option<Answer>,
    /// "Has the other person hurt you, or threatened to?"
    pub violence: Option<Answer>,
    /// "Does the other person control your money, your phone or whom you meet?"
    pub control: Option<Answer>,
    /// "Is there an order of a court or the police that keeps one of you away from the other?"
    pub order: Option<Answer>,
}

words! {
    /// What the answers mean for the way on.
    pub enum Finding {
        /// Nothing speaks against a joint session.
        Clear = "clear",
        /// A registrar looks at it first.
        Raised = "raised",
    }
}

impl SafetyAnswers {
    /// Clear only where the person was alone and said no to everything else: a missing answer is not a no.
    pub fn finding(&self) -> Finding {
        let no = Some(Answer::No);
        let clear = self.alone == Some(Answer::Yes)
            && [self.afraid, self.violence, self.control, self.order].iter().all(|answer| *answer == no);
        if clear { Finding::Clear } else { Finding::Raised }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r16_only_five_clear_answers_pass_by_themselves() {
        let choices = [None, Some(Answer::Yes), Some(Answer::No), Some(Answer::RatherNotSay)];
        let mut clear = Vec::new();
        for combination in 0..4_usize.pow(5) {
            let pick = |place: u32| choices[combination / 4_usize.pow(place) % 4];
            let answers = SafetyAnswers {
                alone: pick(0),
                afraid: pick(1),
                violence: pick(2),
                control: pick(3),
                order: pick(4),
            };
            if answers.finding() == Finding::Clear {
                clear.push(answers);
            }
        }
        let no = Some(Answer::No);
        let only =
            SafetyAnswers { alone: Some(Answer::Yes), afraid: no, violence: no, control: no, order: no };
        assert_eq!(clear, [only]);
    }
}
