//! Runs shell scripts from the documentation as they are printed: with the built binary on the path, a fake of every
//! other program that matters, and nothing of this machine's environment.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::fake::FakeApi;
use crate::support::harness::Ran;

/// A machine of its own: a folder to work in, programs, an environment.
pub struct Machine {
    folder: TempDir,
    pub env: BTreeMap<String, String>,
}

impl Machine {
    /// A machine on which `rolelint` is installed and reaches this API. It has no key.
    pub fn new(api: &FakeApi) -> Self {
        let machine =
            Self { folder: tempfile::tempdir().expect("a temporary folder can be made"), env: BTreeMap::new() };
        for folder in ["bin", "work", "home", "tmp"] {
            fs::create_dir(machine.path(folder)).expect("a folder can be made");
        }
        symlink(env!("CARGO_BIN_EXE_rolelint"), machine.path("bin/rolelint")).expect("a link can be made");
        let path = format!("{}:{}", machine.shown("bin"), std::env::var("PATH").unwrap_or_default());
        let (home, tmp) = (machine.shown("home"), machine.shown("tmp"));
        machine
            .env("PATH", &path)
            .env("HOME", &home)
            .env("TMPDIR", &tmp)
            .env("OPENAI_BASE_URL", &api.base_url())
            .env("ROLELINT_RETRY_DELAY", "1us")
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A path on this machine; scripts run in `work`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn shown(&self, name: &str) -> String {
        self.path(name).to_str().expect("temporary folders have names in UTF-8").to_owned()
    }

    /// Writes a file, with the folders above it.
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
        fs::write(path, content).expect("the temporary folder can be written to");
        self
    }

    /// A program that notes its arguments and its input in `NAME.log`, and then runs this script.
    pub fn program(self, name: &str, script: &str) -> Self {
        let log = self.shown(&format!("{name}.log"));
        let note = format!("#!/bin/sh\necho \"{name} $*\" >> '{log}'\n[ -t 0 ] || cat >> '{log}'\n{script}\n");
        let machine = self.file(&format!("bin/{name}"), note);
        let program = machine.path(&format!("bin/{name}"));
        fs::set_permissions(program, fs::Permissions::from_mode(0o755)).expect("it is ours");
        machine
    }

    /// What a file holds; nothing if there is none.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// What is in a folder, sorted.
    pub fn list(&self, name: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(name)).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Runs a script in `work`, with this interpreter and its options.
    pub fn run(&self, interpreter: &str, script: &str) -> Ran {
        self.run_with(interpreter, script, &BTreeMap::new())
    }

    /// The same, with more in the environment.
    pub fn run_with(&self, interpreter: &str, script: &str, more: &BTreeMap<String, String>) -> Ran {
        let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
        fs::write(file.path(), script).expect("it can be written");
        let mut words = interpreter.split(' ');
        let mut command = Command::new(words.next().expect("an interpreter"));
        command.args(words).arg(file.path()).current_dir(self.path("work"));
        let output = command.env_clear().envs(&self.env).envs(more).stdin(std::process::Stdio::null()).output();
        let output = output.expect("the shell can be started");
        Ran {
            code: output.status.code().expect("no signal ends the script"),
            stdout: String::from_utf8(output.stdout).expect("what it says is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("what it says is UTF-8"),
        }
    }
}

/// A file of the repository.
pub fn repository(path: impl AsRef<Path>) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
