//! Contacts as CSV.
use frontdesk_ports::Contact;

use super::{ReadContacts, UnreadableContacts};
use crate::export::FORMULA_STARTS;
use crate::export::line;

/// The column titles of our own export.
const TITLES: [&str; 4] = ["number", "name", "company", "note"];

/// Column titles in address books, in lower case. Those of numbers are prefixes, because there may be several columns.
const NUMBERS: [&str; 9] = [
    "number",
    "phone",
    "tel",
    "mobile",
    "business phone",
    "home phone",
    "company main phone",
    "téléphone",
    "numéro",
];
const NAMES: [&str; 5] = ["name", "full name", "display name", "nom", "nom complet"];
const FIRST_NAMES: [&str; 4] = ["first name", "given name", "prénom", "firstname"];
const LAST_NAMES: [&str; 4] = ["last name", "family name", "nom de famille", "lastname"];
const COMPANIES: [&str; 6] =
    ["company", "organization", "organization name", "organization 1 - name", "société", "entreprise"];
const NOTES: [&str; 4] = ["note", "notes", "remarque", "remarques"];

/// Every contact, below a header row.
pub(crate) fn write<'a>(contacts: impl IntoIterator<Item = &'a Contact>) -> String {
    let mut text = line(TITLES.map(ToOwned::to_owned));
    for Contact { caller, name, company, note } in contacts {
        text.push_str(&line([caller, name, company, note].map(Clone::clone)));
    }
    text
}

/// Reads a header row and the rows below it, separated by commas, semicolons or tabs.
pub(crate) fn read(text: &str, home: &str) -> Result<ReadContacts, UnreadableContacts> {
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: &u8| first.bytes().filter(|byte| byte == separator).count();
    let separator = *b",;\t".iter().max_by_key(|separator| count(separator)).unwrap_or(&b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let broken = |error: csv::Error| UnreadableContacts::Broken(error.to_string());
    let titles: Vec<String> = reader.headers().map_err(broken)?.iter().map(str::to_lowercase).collect();
    // "Phone 1 - Label" is not a column of numbers.
    let is_number = |title: &String| {
        NUMBERS.iter().any(|known| title.starts_with(known))
            && !title.contains("label")
            && !title.contains("type")
    };
    let numbers: Vec<usize> = (0..titles.len()).filter(|place| is_number(&titles[*place])).collect();
    if numbers.is_empty() {
        return Err(UnreadableContacts::NoNumberColumn);
    }
    let column = |known: &[&str]| titles.iter().position(|title| known.contains(&title.as_str()));
    let (name, company, note) = (column(&NAMES), column(&COMPANIES), column(&NOTES));
    let (first_name, last_name) = (column(&FIRST_NAMES), column(&LAST_NAMES));
    let mut read = ReadContacts::default();
    for (place, record) in reader.records().enumerate() {
        let record = record.map_err(broken)?;
        // Removes the apostrophe by which our own export marks text for spreadsheets.
        let cell = |column: Option<usize>| {
            let text = column.and_then(|column| record.get(column)).unwrap_or_default();
            let is_marked = |text: &&str| text.starts_with(FORMULA_STARTS);
            text.strip_prefix('\'').filter(is_marked).unwrap_or(text)
        };
        let numbers = numbers.iter().flat_map(|column| cell(Some(*column)).split(":::"));
        let numbers: Vec<String> =
            numbers.map(str::trim).filter(|number| !number.is_empty()).map(ToOwned::to_owned).collect();
        let parts = format!("{} {}", cell(first_name), cell(last_name));
        let whole = Some(cell(name)).filter(|name| !name.is_empty()).unwrap_or(&parts);
        if numbers.is_empty() && whole.trim().is_empty() && cell(company).is_empty() {
            continue;
        }
        // Line 1 is the header row.
        read.add(place + 2, &numbers, (whole, cell(company), cell(note)), home);
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use frontdesk_ports::BadContact;

    use super::*;

    fn names(text: &str) -> Vec<String> {
        let read = read(text, "+33199000000").unwrap();
        read.contacts.iter().map(|one| format!("{} {}", one.caller, one.full_name())).collect()
    }

    #[test]
    fn exports_can_be_imported() {
        let contacts = vec![
            Contact::read("+33123456789", "Ann \"A\" Miller", "Miller; Sons, Ltd", "two\nlines", "").unwrap(),
            Contact::read("+442079460789", "=cmd()", "", "", "").unwrap(),
        ];
        let written = write(&contacts);
        assert!(!written.contains("\n=cmd") && !written.contains(",=cmd"), "no formula: {written}");
        assert_eq!(read(&written, "").unwrap(), ReadContacts { contacts, left_out: Vec::new() });
    }

    #[test]
    fn files_of_address_books_are_read() {
        assert_eq!(
            names("Name;Company;Phone\nAnn;Miller Ltd;01 23 45 67 89\n;Only Ltd;+44 20 7946 0789\n"),
            ["+33123456789 Ann (Miller Ltd)", "+442079460789 Only Ltd"]
        );
        let google = "First Name,Last Name,Phone 1 - Label,Phone 1 - Value,Phone 2 - Value,Organization Name\n\
                      Ann,Miller,Mobile,+33 6 11 22 33 44 ::: 01 23 45 67 89,0044 20 7946 0789,Miller Ltd\n";
        assert_eq!(
            names(google),
            [
                "+33611223344 Ann Miller (Miller Ltd)",
                "+33123456789 Ann Miller (Miller Ltd)",
                "+442079460789 Ann Miller (Miller Ltd)"
            ]
        );
        let outlook = "\u{feff}First Name\tLast Name\tMobile Phone\tBusiness Phone\tCompany\nAnn\tMiller\t\t0123456789\t\n";
        assert_eq!(super::super::read(outlook, "+33199000000").unwrap().contacts.len(), 1);
    }

    #[test]
    fn lines_that_cannot_be_used_are_named_and_the_others_are_read() {
        let read = read("number,name\n+33123456789,Ann\nhello,Bob\n+33123456780,\n,\n", "").unwrap();
        assert_eq!(read.contacts.len(), 1);
        assert_eq!(read.left_out, [(3, BadContact::Number), (4, BadContact::NoName)]);
        assert_eq!(super::read("a,b\n1,2\n", ""), Err(UnreadableContacts::NoNumberColumn));
        assert_eq!(super::read("", ""), Err(UnreadableContacts::NoNumberColumn));
    }
}
