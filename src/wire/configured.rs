//! The endpoint that environment or shared files name, read as the AWS SDKs and tools read it:
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>.

use ini::{Ini, Properties};

use super::credentials::{CredentialsError, profile, read_indented, shared_files, variable};

/// An endpoint that nobody named on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfiguredEndpoint {
    /// Its address, as it was written.
    pub url: String,
    /// The variable, or the file and the profile, that names it.
    pub origin: String,
}

/// The service as variables, and as sections of services, name it.
const VARIABLES: [&str; 2] = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"];
const SERVICE: &str = "s3";
const KEY: &str = "endpoint_url";

/// Returns the endpoint that the surroundings name: a variable before a file, and what is said of S3 before
/// what is said of all services. Returns none if they are told to name none.
pub fn configured_endpoint() -> Result<Option<ConfiguredEndpoint>, CredentialsError> {
    if variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").is_some_and(|value| is_true(&value)) {
        return Ok(None);
    }
    for name in VARIABLES {
        if let Some(url) = variable(name) {
            return Ok(Some(ConfiguredEndpoint { url, origin: name.to_owned() }));
        }
    }
    let profile = profile();
    for (path, section) in shared_files().into_iter().rev() {
        let Some(ini) = read_indented(&path)? else { continue };
        if let Some((url, of)) = in_file(&ini, &section) {
            let of = if of.is_empty() { String::new() } else { format!("{of} ") };
            let origin = format!("{of}profile {profile} of {}", path.display());
            return Ok(url.map(|url| ConfiguredEndpoint { url, origin }));
        }
    }
    Ok(None)
}

/// Returns what a file says of a profile, and where in it. The inner option is none where the profile says
/// that no endpoint counts.
fn in_file(ini: &Ini, section: &str) -> Option<(Option<String>, &'static str)> {
    let profile = ini.section(Some(section))?;
    if setting(profile, "ignore_configured_endpoint_urls").is_some_and(is_true) {
        return Some((None, ""));
    }
    let services =
        setting(profile, "services").and_then(|name| ini.section(Some(format!("services {name}"))));
    let of_service = services.and_then(of_service).map(|url| (Some(url), "the services section of"));
    of_service.or_else(|| setting(profile, KEY).map(|url| (Some(url.to_owned()), "")))
}

/// Returns a setting of a profile itself. Those of one service are indented deeper than the first setting.
fn setting<'i>(profile: &'i Properties, name: &str) -> Option<&'i str> {
    let indent = |key: &str| key.len() - key.trim_start().len();
    let usual = profile.iter().next().map_or(0, |(key, _)| indent(key));
    let mut own = profile.iter().filter(|(key, _)| indent(key) <= usual);
    own.find(|(key, value)| key.trim_start() == name && !value.is_empty()).map(|(_, value)| value)
}

/// Returns the endpoint of S3 in a section of services. Its settings are indented below `s3 =`.
fn of_service(services: &Properties) -> Option<String> {
    let mut inside = false;
    for (key, value) in services {
        let name = key.trim_start();
        // A service has no value of its own.
        if value.is_empty() {
            inside = name == SERVICE;
        } else if inside && name == KEY {
            return Some(value.to_owned());
        }
    }
    None
}

fn is_true(value: &str) -> bool {
    value.eq_ignore_ascii_case("true")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, section: &str) -> Option<Option<String>> {
        let options =
            ini::ParseOption { enabled_preserve_key_leading_whitespace: true, ..Default::default() };
        let ini = Ini::load_from_str_opt(text, options).expect("it is well-formed");
        in_file(&ini, section).map(|(url, _)| url)
    }

    #[test]
    fn what_is_said_of_the_service_comes_first() {
        let text = "[default]\nendpoint_url = http://all\nservices = mine\n\n[services mine]\nsqs =\n  endpoint_url = http://sqs\ns3 =\n  addressing_style = path\n  endpoint_url = http://s3\n";
        assert_eq!(found(text, "default"), Some(Some("http://s3".to_owned())));
        let other = text.replace("s3 =", "ec2 =");
        assert_eq!(found(&other, "default"), Some(Some("http://all".to_owned())));
    }

    #[test]
    fn a_nested_setting_is_none_of_the_profile() {
        assert_eq!(found("[default]\ns3 =\n  endpoint_url = http://nested\n", "default"), None);
        assert_eq!(found("[default]\ns3 =\n\tendpoint_url = http://nested\n", "default"), None);
        assert_eq!(
            found("[default]\n  a = b\n  endpoint_url = http://x\n", "default"),
            Some(Some("http://x".into()))
        );
        assert_eq!(found("[profile a]\nendpoint_url = http://a\n", "profile b"), None);
    }

    #[test]
    fn a_profile_can_say_that_none_counts() {
        let text = "[default]\nendpoint_url = http://all\nignore_configured_endpoint_urls = True\n";
        assert_eq!(found(text, "default"), Some(None));
    }
}
