//! The proof of a flow: everything that would trap, mislead or lose a caller is found before anyone may call.

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
        graph::targets(self, &mut problems);
        graph::reach(self, &mut problems);
        graph::silence(self, &mut problems);
        graph::back(self, &mut problems);
        nodes::menus(self, &mut problems);
        nodes::forwards(self, limits, &mut problems);
        nodes::mailboxes(self, limits, &mut problems);
        nodes::hours_and_callers(self, &mut problems);
        numbers::destinations(self, limits, &mut problems);
        prompts::check(self, limits, &mut problems);
        problems
    }

    /// The flow, although nothing was checked: for holding the check itself against what callers would go through.
    #[doc(hidden)]
    pub fn unchecked(self) -> CallFlow {
        CallFlow::of(self)
    }
}

#[cfg(test)]
mod tests;
