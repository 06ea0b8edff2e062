//! The integration tests, as one binary.

// What several files need to run the suite.
mod stage;

// The command that is shown with a failure repeats it.
mod again;
// Runs held against what is known: red, green, and red again.
mod baseline;
// Reports and baselines of real servers agree.
mod baselines;
// Who may do what, and the other ways to reach a server.
mod access;
// What is read of others has bounds.
mod bounds;
// Every defect of the mock is noticed by some row.
mod defects;
// Cleaning up after runs that were killed.
mod clean;
mod dialects;
// What changed from one report to the next.
mod diff;
// The command line: exit codes, messages, plan.
mod command_line;
// What leaves the program: no secret, and nothing that steers a terminal.
mod door;
// Where an endpoint comes from that nobody named.
mod endpoint;
// Comments and documents are in plain English.
mod english;
// Exploring finds what shows in races, and nothing on a sound server; ledgers and histories are read again.
mod explore;
// What was found in servers by hand is told by causes.
mod hands;
// The search for a lawful order.
mod history;
// Servers that answer at random what none should.
mod hostile;
// The index of the cases is true.
mod index;
// The language: every file loads, slips get their place, the schema agrees with the loader.
mod language;
// Dependencies point one way.
mod imports;
mod layers;
// The list of rows for machines.
mod listing;
mod nodes;
// Servers whose answers are odd: one flaw is one accusation, and hides nothing else.
mod odd_answers;
// Pages: one report, several side by side, scripts of curl calls.
mod pages;
// Report files: JSON, JUnit and Markdown of one run agree, and no text of a server breaks them.
mod report_files;
// The workflow of the documents, on two branches.
mod published;
mod pull_request;
mod reasons;
// --rerun and --fail-fast.
mod rerun;
// AWS's recorded answers, replayed against the mock.
mod records;
// The reference of the language is true.
mod reference;
// Rows that have other ids now.
mod renamed;
// Every requirement has a row that passes, as each provider that it binds.
mod requirements;
// What a case can cite.
mod sources;
// Other people's objects and uploads, and runs that were killed.
mod strange_reports;
mod strangers;
// The suite as a library.
mod suite;
// Reports for others.
mod share;
// Servers that hang, cut, lie or echo.
mod trouble;
// Why to believe a report, in figures.
mod trust;
