use crate::model::session::{ActiveWork, SessionState};
use crate::store::Store;
pub struct OpenSession { pub state: SessionState, pub number: u32, pub work_item: Option<String>, pub work: Option<ActiveWork> }
pub fn open_session(_store: &Store) -> anyhow::Result<Option<OpenSession>> { Ok(None) }
