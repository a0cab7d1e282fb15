//! Writing small XML documents: elements with attributes, texts, absent values.

use std::io::Cursor;

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

/// An element whose content is being written.
pub struct Element<'a>(&'a mut Writer<Cursor<Vec<u8>>>);

/// A whole document: its root element, and what is in it.
pub fn document(root: &str, attributes: &[(&str, &str)], content: impl FnOnce(&mut Element<'_>)) -> String {
    let mut writer = Writer::new_with_indent(Cursor::new(Vec::new()), b' ', 2);
    let mut outside = Element(&mut writer);
    outside.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
    outside.element(root, attributes, content);
    let mut text = String::from_utf8(writer.into_inner().into_inner()).unwrap_or_default();
    text.push('\n');
    text
}

impl Element<'_> {
    /// A child with children.
    pub fn element(&mut self, name: &str, attributes: &[(&str, &str)], content: impl FnOnce(&mut Element<'_>)) {
        self.event(Event::Start(start(name, attributes)));
        content(&mut Element(self.0));
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// A child without content.
    pub fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.event(Event::Empty(start(name, attributes)));
    }

    /// A child of text.
    pub fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.event(Event::Start(start(name, attributes)));
        self.event(Event::Text(BytesText::new(&held(text))));
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// A child of text, or one that says that there is none: `xsi:nil`.
    pub fn nillable(&mut self, name: &str, text: Option<&str>) {
        match text {
            Some(text) => self.text(name, &[], text),
            None => self.empty(name, &[("xsi:nil", "true")]),
        }
    }

    fn event(&mut self, event: Event<'_>) {
        // writing to memory cannot fail
        let _ = self.0.write_event(event);
    }
}

fn start<'a>(name: &'a str, attributes: &[(&str, &str)]) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for (name, value) in attributes {
        start.push_attribute((*name, held(value).as_str()));
    }
    start
}

/// A text that XML 1.0 can hold (section 2.2): what it cannot becomes U+FFFD.
fn held(text: &str) -> String {
    let is_held = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if is_held(c) { c } else { '\u{fffd}' }).collect()
}
