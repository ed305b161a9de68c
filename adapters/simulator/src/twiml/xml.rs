//! A strict parser of XML documents into trees of elements.
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::TwimlError;

/// Parses a document, and returns its root element.
pub(super) fn document(xml: &str) -> Result<Element, TwimlError> {
    let mut reader = Reader::from_str(xml);
    let root = loop {
        match next(&mut reader)? {
            Event::Start(tag) => break element(&mut reader, &tag, false)?,
            Event::Empty(tag) => break element(&mut reader, &tag, true)?,
            Event::Eof => return Err(TwimlError::Root),
            _ => {}
        }
    };
    loop {
        match next(&mut reader)? {
            Event::Eof => break,
            Event::Comment(_) => {}
            Event::Text(text) if text.trim().is_empty() => {}
            _ => return Err(TwimlError::Root),
        }
    }
    Ok(root)
}

/// An element with its content.
#[derive(Debug)]
pub(super) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
    pub children: Vec<Element>,
}

fn malformed(why: impl std::fmt::Display) -> TwimlError {
    TwimlError::Malformed(why.to_string())
}

fn next<'a>(reader: &mut Reader<&'a [u8]>) -> Result<Event<'a>, TwimlError> {
    reader.read_event().map_err(malformed)
}

fn element(reader: &mut Reader<&[u8]>, tag: &BytesStart<'_>, empty: bool) -> Result<Element, TwimlError> {
    let mut found = Element {
        name: tag.name().as_ref().to_owned(),
        attributes: Vec::new(),
        text: String::new(),
        children: Vec::new(),
    };
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(malformed)?;
        let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(malformed)?;
        found.attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    if empty {
        return Ok(found);
    }
    loop {
        match next(reader)? {
            Event::Start(tag) => found.children.push(element(reader, &tag, false)?),
            Event::Empty(tag) => found.children.push(element(reader, &tag, true)?),
            Event::Text(text) => found.text.push_str(&text.xml_content(XmlVersion::Explicit1_0)),
            Event::CData(text) => found.text.push_str(&text),
            Event::GeneralRef(name) => found.text.push(entity(&name)?),
            Event::End(_) => break,
            Event::Eof => return Err(malformed("the document ends in the middle")),
            _ => {}
        }
    }
    Ok(found)
}

fn entity(name: &str) -> Result<char, TwimlError> {
    let number = name.strip_prefix('#').and_then(|n| match n.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => n.parse().ok(),
    });
    let known = match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => number.and_then(char::from_u32),
    };
    known.ok_or_else(|| malformed(format_args!("&{name}; is not an entity")))
}

impl Element {
    /// The values of these attributes, in this order; any other attribute is an error.
    pub fn only<const N: usize>(&self, known: [&str; N]) -> Result<[Option<String>; N], TwimlError> {
        let mut found = [const { None }; N];
        for (name, value) in &self.attributes {
            match known.iter().position(|k| k == name) {
                Some(index) => found[index] = Some(value.clone()),
                None => return Err(TwimlError::Attribute(self.name.clone(), name.clone())),
            }
        }
        Ok(found)
    }

    pub fn leaf(&self) -> Result<(), TwimlError> {
        self.children.first().map_or(Ok(()), |child| Err(TwimlError::Element(child.name.clone())))
    }
}
