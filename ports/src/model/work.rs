//! The follow-up of a call: who marked it done, took it on, wrote a note, or played it. Stored next to the log's
//! events, which only the carrier and frontdesk itself write.
mod change;

use std::collections::BTreeSet;

use frontdesk_domain::{CallId, Timestamp};
use serde::{Deserialize, Serialize};

pub use change::{BasedOn, WorkChange, WorkRefused, Written};

/// The maximum number of characters of a note …
pub const MAX_NOTE: usize = 2000;
/// … and how many notes a call can have.
pub const MAX_NOTES: usize = 100;
/// The maximum number of characters of a tag …
pub const MAX_TAG: usize = 32;
/// … and how many tags a call can have.
pub const MAX_TAGS: usize = 10;

/// Why a call is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandledBy {
    /// A user marked it done.
    Person(String),
    /// The caller was spoken to in that later call.
    LaterCall(CallId),
}

/// Why and when a call was marked done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handled {
    /// Who or what marked it done.
    pub by: HandledBy,
    /// When.
    pub at: Timestamp,
}

/// A user's action with its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByPerson {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A private note on a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Who wrote it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// The follow-up of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Grows with every change; of two changes of the same version only one can be saved.
    pub version: u64,
    /// The number of decisions so far: marking the call done, reopening and assigning it. A decision on an older state is refused.
    #[serde(rename = "turn")]
    pub decisions: u64,
    /// Whether it is done.
    pub handled: Option<Handled>,
    /// Who takes care of it.
    pub claimed: Option<ByPerson>,
    /// Its tags, in lower case.
    pub tags: BTreeSet<String>,
    /// Notes, oldest first.
    pub notes: Vec<Note>,
    /// Who has played its voicemail, with the time of each person's first playback, oldest first.
    pub played: Vec<ByPerson>,
}

impl Work {
    /// The user who marked the call done, if it is done and a user did.
    pub fn handled_by(&self) -> Option<&str> {
        match &self.handled.as_ref()?.by {
            HandledBy::Person(name) => Some(name),
            HandledBy::LaterCall(_) => None,
        }
    }

    /// Applies a change that was decided on the state `based_on`. `None` if nothing changes. Notes, tags and playing do not
    /// conflict with decisions, so they may be based on an outdated number of decisions.
    pub fn after(
        &self,
        change: &WorkChange,
        by: &str,
        at: Timestamp,
        based_on: BasedOn,
    ) -> Result<Option<Self>, WorkRefused> {
        if let BasedOn::Version(version) = based_on
            && version != self.version
        {
            return Err(WorkRefused::Stale);
        }
        let mut work = self.clone();
        let by_person = || ByPerson { by: by.to_owned(), at };
        match change {
            // Marked done twice by the same user, for example by a double click.
            WorkChange::Handle if self.is_handled_by(by) => {}
            WorkChange::Handle => {
                work.handled = Some(Handled { by: HandledBy::Person(by.to_owned()), at });
                work.claimed = None;
            }
            WorkChange::Reopen => work.handled = None,
            WorkChange::Claim if self.is_assigned_to(by) => {}
            WorkChange::Claim => work.claimed = Some(by_person()),
            WorkChange::Assign(to) if self.is_assigned_to(to) => {}
            WorkChange::Assign(to) => work.claimed = Some(ByPerson { by: to.clone(), at }),
            WorkChange::Release => work.claimed = None,
            WorkChange::Note(text) => {
                let text = checked(text, Written::Note, MAX_NOTE, self.notes.len(), MAX_NOTES)?;
                work.notes.push(Note { by: by.to_owned(), at, text });
            }
            WorkChange::Tag(tag) => {
                let tag = checked(tag, Written::Tag, MAX_TAG, self.tags.len(), MAX_TAGS)?;
                work.tags.insert(tag.to_lowercase());
            }
            WorkChange::Untag(tag) => {
                work.tags.remove(&tag.trim().to_lowercase());
            }
            WorkChange::Played if self.played.iter().any(|played| played.by == by) => {}
            WorkChange::Played => work.played.push(by_person()),
        }
        let decides = matches!(
            change,
            WorkChange::Handle
                | WorkChange::Reopen
                | WorkChange::Claim
                | WorkChange::Assign(_)
                | WorkChange::Release
        );
        if work == *self {
            return Ok(None);
        }
        if decides && matches!(based_on, BasedOn::Decisions(seen) if seen != self.decisions) {
            return Err(WorkRefused::Stale);
        }
        work.version += 1;
        work.decisions += u64::from(decides);
        Ok(Some(work))
    }

    fn is_assigned_to(&self, person: &str) -> bool {
        self.claimed.as_ref().is_some_and(|claimed| claimed.by == person)
    }

    fn is_handled_by(&self, person: &str) -> bool {
        matches!(&self.handled, Some(Handled { by: HandledBy::Person(by), .. }) if by == person)
    }

    /// The work after the caller was spoken to in a later call; `None` if it is done already.
    pub fn after_later_call(&self, later: CallId, at: Timestamp) -> Option<Self> {
        let handled = Some(Handled { by: HandledBy::LaterCall(later), at });
        let (version, decisions) = (self.version + 1, self.decisions + 1);
        self.handled.is_none().then(|| Self { version, decisions, handled, ..self.clone() })
    }

    /// The text that a search covers: notes and tags.
    pub fn text(&self) -> String {
        let notes = self.notes.iter().map(|note| note.text.as_str());
        let words: Vec<&str> = notes.chain(self.tags.iter().map(String::as_str)).collect();
        crate::fold(&words.join("\n"))
    }
}

fn checked(
    text: &str,
    what: Written,
    most: usize,
    there: usize,
    most_there: usize,
) -> Result<String, WorkRefused> {
    let plain: String =
        text.replace("\r\n", "\n").chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    let text = plain.trim();
    if text.is_empty() {
        return Err(WorkRefused::Empty(what));
    }
    if text.chars().count() > most {
        return Err(WorkRefused::TooLong(what, most));
    }
    if there >= most_there {
        return Err(WorkRefused::TooMany(what, most_there));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests;
