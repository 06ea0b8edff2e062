//! What each operation can be told: one file for what belongs together.

macro_rules! arguments {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[$meta:meta])+ $field:ident: $type:ty,)* }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$meta])+ pub $field: $type,)* }
    };
}

mod completion;
mod creation;
mod listings;
mod object;
mod part;
mod raw;

pub use completion::*;
pub use creation::*;
pub use listings::*;
pub use object::*;
pub use part::*;
pub use raw::*;
