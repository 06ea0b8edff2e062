//! From failing rows to what is behind them.
//!
//! The register (`cases/causes.yaml`) names causes with the symptoms that they explain. A report gets those that explain
//! the most of its rows; what none explains is a cause of its own, one a case.

mod answers;
mod bundled;
mod cover;
mod register;
mod told;

pub use answers::answers;
pub use register::unnamed;
pub use told::causes;
