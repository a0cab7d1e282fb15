//! Documents of the Virtual Observatory's services, as text: [`uws`] (Universal Worker Service 1.1), [`vosi`] (VO Support
//! Interfaces 1.1), [`prov`] (Provenance Data Model 1.0), and the [`error_votable`] that DALI 1.1 has for failures.
//!
//! Plain values in, XML or JSON out. Who may ask for what, under which address and with which status is the server's.

pub mod prov;
pub mod uws;
pub mod vosi;
mod xml;

/// A failure as DALI 1.1 section 4.4 writes it: a `VOTable` whose `QUERY_STATUS` is `ERROR`.
pub fn error_votable(message: &str) -> String {
    let attributes = [("version", "1.4"), ("xmlns", "http://www.ivoa.net/xml/VOTable/v1.3")];
    xml::document("VOTABLE", &attributes, |root| {
        root.element("RESOURCE", &[("type", "results")], |resource| {
            resource.text("INFO", &[("name", "QUERY_STATUS"), ("value", "ERROR")], message);
        });
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_failure_is_a_votable_that_says_so() {
        let text = super::error_votable("no survey <x>\u{0}");
        assert!(
            text.contains("<INFO name=\"QUERY_STATUS\" value=\"ERROR\">no survey &lt;x&gt;\u{fffd}</INFO>"),
            "{text}"
        );
    }
}
