//! Who sent a request: a person with a role, or a program with scopes.
use frontdesk_ports::access::{Role, Scope};
use frontdesk_ports::{Actor, Program, SignedIn};

/// Who sent a request.
#[derive(Debug, Clone)]
pub(crate) enum Visitor {
    Person(SignedIn),
    Program(Program),
}

/// What a route requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    /// Read calls and statistics.
    Calls,
    /// Listen to voicemails.
    Audio,
    /// Work on calls in the pages.
    Work,
    /// Work on calls by the API.
    ApiWork,
    /// Retry the download of a lost voicemail.
    Retry,
    /// Close the company for a time, and open it again.
    Close,
    /// Read metrics.
    Metrics,
    /// Manage users, tokens and settings.
    Admin,
}

impl Visitor {
    /// The person, if it is one.
    pub fn person(&self) -> Option<&SignedIn> {
        match self {
            Self::Person(person) => Some(person),
            Self::Program(_) => None,
        }
    }

    /// The token that forms must contain; empty for programs.
    pub fn csrf(&self) -> String {
        self.person().map(|person| person.csrf.clone()).unwrap_or_default()
    }

    /// The name for the audit log.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Person(person) => Actor(person.user.clone()),
            Self::Program(program) => Actor(format!("token {}", program.name)),
        }
    }

    /// Whether role or scopes include the permission.
    pub fn may(&self, permission: Permission) -> bool {
        match self {
            Self::Person(person) => match permission {
                Permission::Calls | Permission::Audio | Permission::Work | Permission::ApiWork => true,
                Permission::Close => person.may_close,
                Permission::Metrics | Permission::Admin | Permission::Retry => person.role == Role::Admin,
            },
            Self::Program(program) => match permission {
                // The work scope includes reading calls.
                Permission::Calls => {
                    program.scopes.0.iter().any(|scope| matches!(scope, Scope::Calls | Scope::Work))
                }
                Permission::Audio => program.scopes.0.contains(&Scope::Audio),
                Permission::Metrics => program.scopes.0.contains(&Scope::Metrics),
                Permission::ApiWork | Permission::Retry => program.scopes.0.contains(&Scope::Work),
                Permission::Work | Permission::Close | Permission::Admin => false,
            },
        }
    }
}
