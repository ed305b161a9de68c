//! Checks a flow before it takes calls: finds everything that would trap, mislead or lose a caller.

mod graph;
mod nodes;
mod numbers;
mod prompts;
mod warnings;
use super::CallFlow;
use super::carrier_limits::CarrierLimits;
use super::draft::FlowDraft;
use super::problem::{Problem, Problems};

impl FlowDraft {
    /// The flow, or everything that is wrong with it for a carrier with these limits.
    ///
    /// ```
    /// use frontdesk_domain::{BuiltinFlow, builtin_flow};
    /// use frontdesk_domain::flow::CarrierLimits;
    ///
    /// let settings = BuiltinFlow { forward_to: vec!["101".parse()?], ..BuiltinFlow::default() };
    /// let draft = builtin_flow(&settings)?.draft().clone();
    /// let limits = CarrierLimits { extensions: false, ..CarrierLimits::default() };
    /// assert!(draft.check(&limits).unwrap_err().to_string().contains("101 cannot be rung"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check(self, limits: &CarrierLimits) -> Result<CallFlow, Problems> {
        let problems = self.problems(limits);
        if problems.is_empty() { Ok(CallFlow::of(self)) } else { Err(Problems(problems)) }
    }

    /// Everything that is wrong with it for a carrier with these limits.
    pub fn problems(&self, limits: &CarrierLimits) -> Vec<Problem> {
        let mut problems = Vec::new();
        graph::check_targets(self, &mut problems);
        graph::check_reachable(self, &mut problems);
        graph::check_no_input(self, &mut problems);
        graph::check_back(self, &mut problems);
        nodes::check_menus(self, &mut problems);
        nodes::check_forwards(self, limits, &mut problems);
        nodes::check_mailboxes(self, limits, &mut problems);
        nodes::check_hours_and_callers(self, &mut problems);
        numbers::destinations(self, limits, &mut problems);
        prompts::check(self, limits, &mut problems);
        problems
    }

    /// The flow without any checks: for tests that compare the check with what callers would experience.
    #[doc(hidden)]
    pub fn unchecked(self) -> CallFlow {
        CallFlow::of(self)
    }
}

#[cfg(test)]
mod tests;
