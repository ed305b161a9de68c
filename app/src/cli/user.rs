//! `frontdesk user`: the people who may read the feed.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;

use adapters_persistence::{SqlAccess, SqlLedger};
use clap::Subcommand;
use frontdesk_ports::access::Role;
use frontdesk_ports::{AccessStore, AuditAction, AuditEntry, AuditTrail, Clock, StoreError};

use super::Failure;
use crate::config::Config;
use crate::services::access::AccessControl;
use crate::system::{SystemClock, SystemIds};
use crate::wiring::open_database;

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Adds a person; the password is asked for, or read from standard input.
    Add {
        /// The name they sign in with.
        name: String,
        /// What they may do: admin or reader.
        #[arg(long, default_value = "reader")]
        role: Role,
    },
    /// Lists everybody.
    List,
    /// Sets a person's password and ends their sessions.
    Passwd {
        /// Whose.
        name: String,
    },
    /// Removes a person.
    Remove {
        /// Whom.
        name: String,
    },
}

/// People in the configured database.
pub(super) async fn people(config: &Config) -> Result<People, Failure> {
    let db = open_database(&config.database_url).await?;
    let store: Arc<dyn AccessStore> = Arc::new(SqlAccess::new(db.clone()));
    let trail: Arc<dyn AuditTrail> = Arc::new(SqlLedger::new(db));
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
    let control = AccessControl::new(store.clone(), trail.clone(), clock, ids, None);
    Ok(People { store, trail, control })
}

/// The people of a database, and where it is noted what becomes of them.
pub(super) struct People {
    pub store: Arc<dyn AccessStore>,
    pub trail: Arc<dyn AuditTrail>,
    pub control: AccessControl,
}

impl People {
    /// Notes what was done here.
    pub async fn note(&self, action: AuditAction, subject: &str) -> Result<(), Failure> {
        let (at, actor) = (SystemClock.now(), super::COMMAND_LINE.to_owned());
        let entry = AuditEntry { at, actor, action, subject: subject.to_owned() };
        self.trail.record(entry).await.map_err(failed)
    }
}

pub(super) fn failed(error: StoreError) -> Failure {
    Failure::Failed(error.to_string())
}

impl UserCommand {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let people = people(&config).await?;
        let (store, control) = (&people.store, &people.control);
        match self {
            Self::Add { name, role } => {
                let name = valid_name(name)?;
                if store.user(&name).await.map_err(failed)?.is_some() {
                    return Err(Failure::Failed(format!("there is somebody called {name} already")));
                }
                let password = password()?;
                let added = control.add_user(&name, role, &password).await.map_err(failed)?;
                added.map_err(|bad| Failure::Usage(bad.to_string()))?;
                people.note(AuditAction::UserAdded, &name).await?;
                println!("{name} can sign in as {role}");
            }
            Self::List => {
                for user in store.users().await.map_err(failed)? {
                    println!("{}\t{}", user.name, user.role);
                }
            }
            Self::Passwd { name } => {
                if store.user(&name).await.map_err(failed)?.is_none() {
                    return Err(nobody(&name));
                }
                let set = control.set_password(&name, &password()?).await.map_err(failed)?;
                if !set.map_err(|bad| Failure::Usage(bad.to_string()))? {
                    return Err(nobody(&name));
                }
                people.note(AuditAction::PasswordSet, &name).await?;
                println!("{name} has a new password and must sign in again");
            }
            Self::Remove { name } => {
                if !store.remove_user(&name).await.map_err(failed)? {
                    return Err(nobody(&name));
                }
                people.note(AuditAction::UserRemoved, &name).await?;
                println!("{name} can no longer sign in");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn nobody(name: &str) -> Failure {
    Failure::Failed(format!("there is nobody called {name}; `frontdesk user list` shows who there is"))
}

fn valid_name(name: String) -> Result<String, Failure> {
    let fits = !name.is_empty() && name.chars().count() <= 64 && !name.chars().any(char::is_control);
    if fits { Ok(name) } else { Err(Failure::Usage("a name has 1 to 64 characters".into())) }
}

/// Asked for on a terminal, twice; a line of standard input otherwise.
fn password() -> Result<String, Failure> {
    let unread = |error: std::io::Error| Failure::Failed(format!("the password cannot be read: {error}"));
    if std::io::stdin().is_terminal() {
        let first = rpassword::prompt_password("Password: ").map_err(unread)?;
        let second = rpassword::prompt_password("Again: ").map_err(unread)?;
        return if first == second {
            Ok(first)
        } else {
            Err(Failure::Usage("the two are not the same".into()))
        };
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(unread)?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}
