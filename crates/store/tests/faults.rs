//! What the embedded engine does when the process is killed, the file goes away, or the disk is full.

#[cfg(test)]
mod faults {
    pub(crate) mod disk;
    pub(crate) mod files;
    pub(crate) mod killed;
    pub(crate) mod world;
}
