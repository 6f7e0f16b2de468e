//! The binary `salala`.

/// Many small allocations of many threads: this one keeps them smaller than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    salala_server::cli::run()
}
