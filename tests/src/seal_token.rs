//! A PKCS#11 token in software (SoftHSM), in a folder of its own. It can be taken out and put back.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::concord::{Service, Settings};
use crate::tools;

/// The PIN of its user: it must be found nowhere.
pub const PIN: &str = "pin-of-4711-walruses";
const LABEL: &str = "court";

/// The token.
pub struct SealToken {
    folder: TempDir,
}

impl SealToken {
    /// A new one, without keys.
    pub fn is_made() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("tokens")).expect("a folder");
        let conf = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            folder.path().join("tokens").display()
        );
        std::fs::write(folder.path().join("softhsm2.conf"), conf).expect("its settings");
        let token = Self { folder };
        let mut command = Command::new("softhsm2-util");
        command.args(["--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", "officer-4712"]);
        tools::printed(command.env("SOFTHSM2_CONF", token.conf()));
        token.lays_pin(PIN, 0o600);
        token
    }

    /// Lets the module that a service loads find it.
    pub fn beside(&self, settings: Settings) -> Settings {
        settings.with("SOFTHSM2_CONF", self.conf().display().to_string())
    }

    /// Sets a house to it, with the key of that label.
    pub fn is_set(&self, service: &Service, key: &str) {
        let module = module();
        self.is_set_with(service, &[("module", &module.display().to_string()), ("key", key)]);
    }

    /// Sets a house to it, with those settings changed (`seal_pkcs11_` and the name).
    pub fn is_set_with(&self, service: &Service, changed: &[(&str, &str)]) {
        let (module, pin) = (module().display().to_string(), self.pin_file().display().to_string());
        let mut set = vec![("module", module.as_str()), ("token", LABEL), ("pin_file", pin.as_str())];
        set.retain(|(name, _)| changed.iter().all(|(other, _)| other != name));
        let lines =
            set.iter().chain(changed).map(|(name, text)| format!("seal_pkcs11_{name} = \"{text}\"\n"));
        std::fs::write(service.data().join("concord.toml"), lines.collect::<String>()).expect("the settings");
    }

    /// Sets a house to a file again.
    pub fn is_not_set(&self, service: &Service) {
        std::fs::remove_file(service.data().join("concord.toml")).expect("the settings");
    }

    /// Puts a PIN into the file that the settings name.
    pub fn lays_pin(&self, pin: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        std::fs::write(self.pin_file(), format!("{pin}\n")).expect("the PIN");
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(self.pin_file(), mode).expect("our own file");
    }

    /// Takes it out of the machine.
    pub fn is_taken_out(&self) {
        std::fs::rename(self.folder.path().join("tokens"), self.folder.path().join("pocket")).expect("ours");
    }

    /// Puts it back.
    pub fn is_put_back(&self) {
        std::fs::rename(self.folder.path().join("pocket"), self.folder.path().join("tokens")).expect("ours");
    }

    /// What a library that is not ours says of its keys, and how they could be taken out.
    pub fn keys(&self) -> Value {
        let mut command = Command::new(tools::python());
        command.arg(tools::script("look_in_token.py")).arg(module()).arg(LABEL);
        command.env("SOFTHSM2_CONF", self.conf());
        let pin = std::fs::File::open(self.pin_file()).expect("the PIN");
        serde_json::from_str(&tools::printed(command.stdin(Stdio::from(pin)))).expect("its findings")
    }

    fn conf(&self) -> PathBuf {
        self.folder.path().join("softhsm2.conf")
    }

    fn pin_file(&self) -> PathBuf {
        self.folder.path().join("pin")
    }
}

/// Where the package puts the module.
fn module() -> PathBuf {
    let places = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so"];
    let found = places.iter().map(Path::new).find(|path| path.exists());
    found.expect("SoftHSM is not installed: run tests/run once").to_owned()
}
