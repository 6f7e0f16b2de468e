//! The service account with which this server speaks to Firebase, checked before the server starts.

use std::fmt;
use std::io::Read as _;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Uri;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair as RsaKeyPair;
use ring::signature::RSA_PKCS1_SHA256;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::PushSettings;

/// Where Google trades a signed claim for an access token.
const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";

/// Where Firebase is reached.
const BASE_URL: &str = "https://fcm.googleapis.com";

/// More than any file of an account takes; what is larger was named by mistake.
const FILE_MAX_BYTES: u64 = 64 << 10;

/// A service account, ready to sign.
#[derive(Clone)]
pub struct FcmAccount {
    /// The project whose devices are pushed to.
    pub project_id: String,
    /// Who signs.
    pub client_email: String,
    /// Names the key among the account's, if that is known.
    pub key_id: Option<String>,
    /// The key itself.
    pub key: SigningKey,
    /// Where a claim is traded for a token.
    pub token_uri: Uri,
    /// Where messages are posted.
    pub send_uri: Uri,
}

/// The account's private key.
#[derive(Clone)]
pub struct SigningKey(Arc<RsaKeyPair>);

/// Why the account cannot be used: one sentence for people that names the variable.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The file does not open.
    #[error(
        "GOOGLE_APPLICATION_CREDENTIALS {path} cannot be read ({reason}): name the JSON file of a service account"
    )]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// It is no such file.
    #[error(
        "GOOGLE_APPLICATION_CREDENTIALS {0} is not the JSON file of a service account: download it from the Firebase console"
    )]
    NoAccount(PathBuf),
    /// Something is missing.
    #[error("{missing} must be set for Firebase, beside {set}")]
    Missing {
        /// What is not set.
        missing: &'static str,
        /// What is.
        set: &'static str,
    },
    /// The key is none.
    #[error(
        "{0} holds no RSA private key of 2048 bits or more in PEM form: copy it whole, with its BEGIN and END lines"
    )]
    Key(&'static str),
    /// A URL is none.
    #[error("{0} must be an http or https URL without a path, such as https://fcm.googleapis.com")]
    Url(&'static str),
}

/// What is read of a service account's file.
#[derive(Deserialize)]
struct File {
    project_id: Option<String>,
    private_key_id: Option<String>,
    private_key: String,
    client_email: String,
    token_uri: Option<String>,
}

impl FcmAccount {
    /// The account that is set; `None` if none is.
    ///
    /// # Errors
    /// Something of it is missing or wrong.
    pub fn load(settings: &PushSettings) -> Result<Option<Self>, AccountError> {
        let account = match &settings.credentials {
            Some(path) => read_file(path)?,
            None => match of_variables(settings)? {
                Some(account) => account,
                None => return Ok(None),
            },
        };
        let (variable, file) = account;
        let project_id = settings
            .project_id
            .clone()
            .or(file.project_id)
            .ok_or(AccountError::Missing { missing: "FIREBASE_PROJECT_ID", set: variable })?;
        let pem = file.private_key.replace("\\n", "\n");
        let base = settings.fcm_base_url.as_deref();
        Ok(Some(Self {
            key: read_key(&pem).ok_or(AccountError::Key(variable))?,
            send_uri: send_uri(base.unwrap_or(BASE_URL), &project_id)
                .ok_or(AccountError::Url("FCM_BASE_URL"))?,
            token_uri: token_uri(file.token_uri.as_deref(), base)
                .ok_or(AccountError::Url("the account's token_uri"))?,
            client_email: file.client_email,
            key_id: file.private_key_id,
            project_id,
        }))
    }
}

impl SigningKey {
    /// A token of these claims (RFC 7519), signed with RS256; `key_id` names the key.
    pub fn sign(&self, claims: &impl Serialize, key_id: Option<&str>) -> Option<String> {
        let mut header = json!({ "alg": "RS256", "typ": "JWT" });
        if let Some(key_id) = key_id {
            header["kid"] = json!(key_id);
        }
        let claims = serde_json::to_vec(claims).ok()?;
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let signed = format!("{}.{}", encode(header.to_string().as_bytes()), encode(&claims));
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .ok()?;
        Some(format!("{signed}.{}", encode(&signature)))
    }
}

impl fmt::Debug for FcmAccount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "FcmAccount({} of {})", self.client_email, self.project_id)
    }
}

fn read_file(path: &PathBuf) -> Result<(&'static str, File), AccountError> {
    let unreadable = |reason| AccountError::Unreadable { path: path.clone(), reason };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(FILE_MAX_BYTES).read_to_string(&mut text).map_err(unreadable)?;
    let file = serde_json::from_str(&text).map_err(|_| AccountError::NoAccount(path.clone()))?;
    Ok(("GOOGLE_APPLICATION_CREDENTIALS", file))
}

/// The account of the variables, if any of them is set.
fn of_variables(settings: &PushSettings) -> Result<Option<(&'static str, File)>, AccountError> {
    let (email, key) = (&settings.client_email, &settings.private_key);
    let set = [
        ("FIREBASE_PROJECT_ID", settings.project_id.is_some()),
        ("FIREBASE_CLIENT_EMAIL", email.is_some()),
        ("FIREBASE_PRIVATE_KEY", key.is_some()),
    ];
    let Some((set, _)) = set.iter().find(|(_, is_set)| *is_set) else { return Ok(None) };
    let missing = |missing| AccountError::Missing { missing, set };
    let client_email = email.clone().ok_or(missing("FIREBASE_CLIENT_EMAIL"))?;
    let key = key.as_ref().ok_or(missing("FIREBASE_PRIVATE_KEY"))?;
    let private_key = String::from_utf8_lossy(key.as_bytes()).into_owned();
    let (project_id, private_key_id, token_uri) = (settings.project_id.clone(), None, None);
    let file = File { project_id, private_key_id, private_key, client_email, token_uri };
    Ok(Some(("FIREBASE_PRIVATE_KEY", file)))
}

/// A key of 2,048 bits or more, as PKCS#8 or PKCS#1.
fn read_key(pem: &str) -> Option<SigningKey> {
    let key = PrivateKeyDer::from_pem_slice(pem.trim().as_bytes()).ok()?;
    let der = key.secret_der();
    let pair = RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der)).ok()?;
    Some(SigningKey(Arc::new(pair)))
}

fn send_uri(base: &str, project_id: &str) -> Option<Uri> {
    let is_name = project_id
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'));
    if !is_name {
        return None;
    }
    let base = base.trim_end_matches('/');
    absolute(&format!("{base}/v1/projects/{project_id}/messages:send"))
}

/// The file's own, else the one beside what stands in Firebase's place, else Google's.
fn token_uri(of_file: Option<&str>, base: Option<&str>) -> Option<Uri> {
    match (of_file, base) {
        (Some(uri), _) => absolute(uri),
        (None, Some(base)) => absolute(&format!("{}/token", base.trim_end_matches('/'))),
        (None, None) => absolute(TOKEN_URI),
    }
}

fn absolute(text: &str) -> Option<Uri> {
    let uri = Uri::from_str(text).ok()?;
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    (is_http && uri.host().is_some_and(|host| !host.is_empty())).then_some(uri)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    fn sentence(settings: &PushSettings) -> String {
        FcmAccount::load(settings).unwrap_err().to_string()
    }

    #[test]
    fn without_any_variable_there_is_no_account() {
        assert!(FcmAccount::load(&PushSettings::default()).unwrap().is_none());
    }

    #[test]
    fn what_is_missing_or_wrong_is_named_and_not_shown() {
        let mut settings =
            PushSettings { project_id: Some("chat".to_owned()), ..PushSettings::default() };
        assert!(sentence(&settings).starts_with("FIREBASE_CLIENT_EMAIL must be set"));
        settings.client_email = Some("a@b.iam".to_owned());
        assert!(sentence(&settings).starts_with("FIREBASE_PRIVATE_KEY must be set"));
        let pem = "-----BEGIN PRIVATE KEY-----\\nMIIBhunter2\\n-----END PRIVATE KEY-----\\n";
        for key in [pem, "hunter2"] {
            settings.private_key = Some(Secret::shared(key).unwrap());
            let sentence = sentence(&settings);
            assert!(sentence.starts_with("FIREBASE_PRIVATE_KEY holds no RSA"), "{sentence}");
            assert!(!sentence.contains("hunter2"));
        }
    }

    #[test]
    fn a_file_that_is_no_account_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("account.json");
        let settings = PushSettings { credentials: Some(path.clone()), ..PushSettings::default() };
        assert!(sentence(&settings).contains("cannot be read"));
        std::fs::write(&path, "{}").unwrap();
        assert!(sentence(&settings).contains("is not the JSON file"));
        std::fs::write(&path, r#"{"private_key":"k","client_email":"e","project_id":"p"}"#)
            .unwrap();
        assert!(sentence(&settings).contains("holds no RSA private key"));
    }

    #[test]
    fn urls_are_made_for_the_project() {
        let uri = send_uri("http://127.0.0.1:1/", "chat-1").unwrap();
        assert_eq!(uri, "http://127.0.0.1:1/v1/projects/chat-1/messages:send");
        assert_eq!(token_uri(None, None).unwrap(), TOKEN_URI);
        assert_eq!(token_uri(None, Some("http://a")).unwrap(), "http://a/token");
        assert_eq!(token_uri(Some("http://b/t"), Some("http://a")).unwrap(), "http://b/t");
        for (base, project) in [("ftp://a", "p"), ("fcm", "p"), ("http://a", "../p"), ("", "p")] {
            assert_eq!(send_uri(base, project), None, "{base} {project}");
        }
    }
}
