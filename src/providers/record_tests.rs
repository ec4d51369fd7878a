//! Tests of how fields of records are read.

use super::*;

#[derive(serde::Deserialize)]
struct Wire {
    #[serde(default)]
    text: Field<String>,
    #[serde(default)]
    time: Field<String>,
    #[serde(default)]
    millis: Field<Scalar>,
}

type Fields = (Option<String>, Option<DateTime<Utc>>, Option<DateTime<Utc>>, Vec<Note>);

fn invalid(text: &str) -> Note {
    Note::new(NoteCode::CloudFieldInvalid, text)
}

fn read(json: &str) -> Fields {
    let wire: Wire = serde_json::from_str(json).expect(json);
    let mut reader = RecordReader::default();
    let text = reader.text("text", wire.text);
    let time = reader.time("time", wire.time);
    let millis = reader.millis("millis", wire.millis);
    (text, time, millis, reader.notes)
}

#[test]
fn absent_null_and_empty_are_unknown_without_a_note() {
    for json in ["{}", r#"{"text":null,"time":null,"millis":null}"#, r#"{"text":"","time":"","millis":""}"#] {
        assert_eq!(read(json), (None, None, None, vec![]), "{json}");
    }
}

#[test]
fn an_odd_field_costs_itself_and_a_note() {
    let (text, time, millis, notes) = read(r#"{"text":["x"],"time":"2018-11-08T20:21Z","millis":"1732169065000"}"#);
    assert_eq!(text, None);
    assert_eq!(time.map(|t| t.timestamp()), Some(1_541_708_460));
    assert_eq!(millis.map(|t| t.timestamp()), Some(1_732_169_065));
    assert_eq!(notes, [invalid("the cloud's `text` is of an unknown type")]);
}

#[test]
fn a_time_without_a_zone_is_read_as_the_clouds_own_and_said() {
    let read = |text: &str| {
        let mut reader = RecordReader::default();
        let time = reader.local_time("t", Field::Present(text.to_owned()), 8);
        (time.map(|time| time.to_rfc3339()), reader.notes)
    };
    let told = vec![Note::new(NoteCode::TimeWithoutZone, "the cloud tells `t` without a zone; read as UTC+8")];
    assert_eq!(read("2021-05-27 16:46:25.0"), (Some("2021-05-27T08:46:25+00:00".to_owned()), told.clone()));
    assert_eq!(read("2021-05-28 07:59:59"), (Some("2021-05-27T23:59:59+00:00".to_owned()), told));
    assert_eq!(read("2021-05-27T16:46:25+08:00"), (Some("2021-05-27T08:46:25+00:00".to_owned()), vec![]));
    assert_eq!(read(""), (None, vec![]));
    assert_eq!(read("soon"), (None, vec![invalid("the cloud's `t` is not a time: soon")]));
}

#[test]
fn times_beyond_the_years_of_rfc_3339_are_unknown_and_said() {
    for millis in [253_402_300_800_000_i64, 8_210_266_876_799_999, -62_167_219_200_001, i64::MAX] {
        let (_, _, time, notes) = read(&format!(r#"{{"millis":{millis}}}"#));
        let text = format!("the cloud's `millis` is not a time in milliseconds: {millis}");
        assert_eq!((time, notes), (None, vec![invalid(&text)]));
    }
    let (_, _, last, notes) = read(r#"{"millis":253402300799999}"#);
    assert_eq!((last.map(|t| t.timestamp()), notes), (Some(253_402_300_799), vec![]));
    for text in ["9999-12-31T23:59:59-01:00", "+12345-01-01T00:00Z", "0000-01-01T00:00:00+01:00"] {
        let (_, time, _, notes) = read(&format!(r#"{{"time":"{text}"}}"#));
        assert_eq!((time, notes), (None, vec![invalid(&format!("the cloud's `time` is not a time: {text}"))]));
    }
    let mut reader = RecordReader::default();
    for text in ["+12345-01-01 00:00:00", "9999-12-31T23:59:59-01:00", "0000-01-01 00:00:00"] {
        assert_eq!(reader.local_time("t", Field::Present(text.to_owned()), 8), None, "{text}");
    }
    assert_eq!(reader.day("d", Field::Present("+12345-01-01".to_owned())), None);
    assert_eq!(reader.notes.len(), 4, "{:?}", reader.notes);
}

#[test]
fn times_that_are_none_are_unknown_and_said() {
    let (_, time, millis, notes) = read(r#"{"time":"017-08-31T02:49:05Z","millis":15041477450}"#);
    assert_eq!((time, millis), (None, None));
    assert_eq!(
        notes,
        [
            invalid("the cloud's `time` is not a time: 017-08-31T02:49:05Z"),
            invalid("the cloud's `millis` is not a time in milliseconds: 15041477450")
        ]
    );
}
