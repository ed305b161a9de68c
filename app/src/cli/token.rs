//! `frontdesk token`: credentials for programs.

use std::process::ExitCode;

use clap::Subcommand;
use frontdesk_ports::access::{ApiToken, Scope, Scopes};
use frontdesk_ports::{AuditAction, StoreError};

use super::Failure;
use super::user::{failed, people};
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Makes a token and prints it; it cannot be shown again.
    Create {
        /// What it is for.
        #[arg(long)]
        name: String,
        /// What it may do: calls, audio, metrics; several with commas [default: all].
        #[arg(long, value_delimiter = ',')]
        scope: Vec<Scope>,
    },
    /// Lists the tokens by name.
    List,
    /// Revokes a token.
    Revoke {
        /// Which.
        name: String,
    },
}

impl TokenCommand {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let people = people(&config).await?;
        let (store, control) = (&people.store, &people.control);
        match self {
            Self::Create { name, scope } => {
                let scopes =
                    if scope.is_empty() { Scopes::all() } else { Scopes(scope.into_iter().collect()) };
                let token = control.create_token(&name, scopes).await.map_err(|error| match error {
                    StoreError::Exists(_) => {
                        Failure::Failed(format!("there is a token called {name} already"))
                    }
                    other => failed(other),
                })?;
                people.note(AuditAction::TokenCreated, &name).await?;
                println!("{token}");
            }
            Self::List => {
                for token in store.tokens().await.map_err(failed)? {
                    let used = token.last_used_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
                    let ApiToken { name, scopes, created_at, .. } = token;
                    println!("{name}\t{scopes}\tsince {created_at}\tlast used {used}");
                }
            }
            Self::Revoke { name } => {
                if !store.remove_token(&name).await.map_err(failed)? {
                    return Err(Failure::Failed(format!("there is no token called {name}")));
                }
                people.note(AuditAction::TokenRevoked, &name).await?;
                println!("the token {name} is no longer valid");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
