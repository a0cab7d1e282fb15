//! VO Support Interfaces 1.1 (REC 2017-05-24): what a service can do (section 3), and whether it is up (section 4).

use super::{uws, xml};

const INSTANCE: (&str, &str) = ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");

/// `vosi:capabilities` of the services under `base`, an absolute address without a slash at its end.
pub fn capabilities(base: &str) -> String {
    let attributes = [
        ("xmlns:vosi", "http://www.ivoa.net/xml/VOSICapabilities/v1.0"),
        ("xmlns:vs", "http://www.ivoa.net/xml/VODataService/v1.1"),
        INSTANCE,
    ];
    let list = [
        ("ivo://ivoa.net/std/VOSI#capabilities", "capabilities", "full"),
        ("ivo://ivoa.net/std/VOSI#availability", "availability", "full"),
        (uws::STANDARD_ID, "uws", "base"),
    ];
    xml::document("vosi:capabilities", &attributes, |root| {
        for (standard, path, kind) in list {
            root.element("capability", &[("standardID", standard)], |capability| {
                let attributes = [("xsi:type", "vs:ParamHTTP"), ("role", "std")];
                capability.element("interface", &attributes, |interface| {
                    interface.text("accessURL", &[("use", kind)], &format!("{base}/{path}"));
                });
            });
        }
    })
}

/// `vosi:availability` of a service that answers.
pub fn availability() -> String {
    let attributes = [("xmlns:vosi", "http://www.ivoa.net/xml/VOSIAvailability/v1.0")];
    xml::document("vosi:availability", &attributes, |root| root.text("vosi:available", &[], "true"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_job_service_is_found_by_its_standard() {
        let text = super::capabilities("http://localhost:6563/vo");
        let (_, after) = text.split_once("standardID=\"ivo://ivoa.net/std/UWS#rest-1.1\"").unwrap();
        assert!(after.contains("<accessURL use=\"base\">http://localhost:6563/vo/uws</accessURL>"), "{text}");
        assert!(super::availability().contains("<vosi:available>true</vosi:available>"));
    }
}
