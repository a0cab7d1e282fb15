//! An XML document as a list of its elements.

use quick_xml::{Reader, XmlVersion, events::Event};

/// An element: local name, attributes, its own text.
#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
}

impl Element {
    /// The value of an attribute; empty where there is none.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// Its elements in the order in which they begin.
#[derive(Debug)]
pub struct Document(Vec<Element>);

impl Document {
    #[track_caller]
    pub fn read(text: &str) -> Self {
        let mut reader = Reader::from_str(text);
        let mut elements = Vec::<Element>::new();
        let mut open = Vec::<usize>::new();
        loop {
            match reader.read_event().unwrap_or_else(|error| panic!("{error}: {text}")) {
                event @ (Event::Start(_) | Event::Empty(_)) => {
                    let (Event::Start(e) | Event::Empty(e)) = &event else { unreachable!() };
                    let attributes = e.attributes().map(|a| {
                        let a = a.unwrap();
                        let value = a.normalized_value(XmlVersion::Explicit1_0).unwrap();
                        (a.key.local_name().as_ref().to_owned(), value.into_owned())
                    });
                    let attributes = attributes.collect();
                    let name = e.name().local_name().as_ref().to_owned();
                    if matches!(event, Event::Start(_)) {
                        open.push(elements.len());
                    }
                    elements.push(Element { name, attributes, text: String::new() });
                }
                Event::End(_) => drop(open.pop()),
                Event::Text(t) => {
                    if let Some(&here) = open.last() {
                        elements[here].text += t.xml10_content().as_ref();
                    }
                }
                Event::GeneralRef(r) => {
                    let named = r.xml10_content();
                    let text = quick_xml::escape::resolve_predefined_entity(&named);
                    let here = *open.last().expect("a reference stands in an element");
                    elements[here].text += text.unwrap_or_else(|| panic!("&{named};"));
                }
                Event::Eof => return Self(elements),
                _ => {}
            }
        }
    }

    /// Names in order.
    pub fn names(&self) -> Vec<&str> {
        self.0.iter().map(|e| e.name.as_str()).collect()
    }

    /// The first element of that name.
    #[track_caller]
    pub fn first(&self, name: &str) -> &Element {
        self.0.iter().find(|e| e.name == name).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    /// The text of the first element of that name.
    #[track_caller]
    pub fn text(&self, name: &str) -> &str {
        self.first(name).text.trim()
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|e| e.name == name)
    }

    /// An attribute of all elements of that name.
    pub fn all(&self, name: &str, attribute: &str) -> Vec<String> {
        self.0.iter().filter(|e| e.name == name).map(|e| e.attribute(attribute).to_owned()).collect()
    }

    /// Texts of all elements of that name.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|e| e.name == name).map(|e| e.text.trim()).collect()
    }

    /// The text of the element of that name whose `name` it is.
    #[track_caller]
    pub fn with_name(&self, element: &str, name: &str) -> &str {
        let found = self.0.iter().find(|e| e.name == element && e.attribute("name") == name);
        found.unwrap_or_else(|| panic!("no {element} {name} in {self:?}")).text.trim()
    }

    /// The element of that name whose `id` it is.
    #[track_caller]
    pub fn with_id(&self, name: &str, id: &str) -> &Element {
        let found = self.0.iter().find(|e| e.name == name && e.attribute("id") == id);
        found.unwrap_or_else(|| panic!("no {name} {id} in {self:?}"))
    }
}
