//! The rules of the house that no compiler holds, read off the sources themselves.
//!
//! - `files`: how each file begins and how long it is
//! - `walls`: which room may name what
//! - `dependencies`: where crates come from and under which licences
//! - `migrations`: that both engines' tables are made by the same steps
//! - `bounds`: that the operators' table tells the numbers that the code has
//! - `documents`: that the protocol's document tells what the code does

#[cfg(test)]
mod tidy {
    mod bounds;
    mod dependencies;
    mod documents;
    mod files;
    mod migrations;
    mod sources;
    mod walls;
}
