//! Sees to it that a new provider file is embedded without a clean build.

fn main() {
    println!("cargo:rerun-if-changed=providers");
}
