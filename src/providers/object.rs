//! Reads JSON objects that clouds sent: a key that comes twice, or in another spelling, costs nothing.

use std::fmt;

use serde::de::value::StringDeserializer;
use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, Visitor,
};
use serde_json::Error;
use serde_json::value::RawValue;

/// Reads a structure; `None` where the value is not an object, or a required field does not fit.
///
/// Of a key that comes several times the last value counts that is not `null`. A key that is spelled as no field is, but
/// as one is without regard to case, `_` and `-`, is that field.
pub(super) fn read<'de, T: Deserialize<'de>>(value: &'de RawValue) -> Option<T> {
    let entries: Entries<'de> = serde_json::from_str(value.get()).ok()?;
    T::deserialize(entries).ok()
}

/// A structure that is read as [`read`] does. Derived structures are also filled from arrays, so that `[]` would pass for an
/// empty one.
#[derive(Debug, Default)]
pub(super) struct Object<T>(pub T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = <&RawValue>::deserialize(deserializer)?;
        read(value).map(Self).ok_or_else(|| D::Error::custom("not an object of this form"))
    }
}

/// The entries of an object, in their order.
struct Entries<'de>(Vec<(String, &'de RawValue)>);

impl<'de> Entries<'de> {
    /// Returns the value of a field.
    fn value(&self, field: &str, fields: &[&str]) -> Option<&'de RawValue> {
        let of = |is_it: &dyn Fn(&str) -> bool| {
            let values = self.0.iter().filter(|(key, _)| is_it(key)).map(|(_, value)| *value);
            values.reduce(|last, next| if next.get() == "null" { last } else { next })
        };
        let is_spelled_so = |key: &str| !fields.contains(&key) && plain(key).eq(plain(field));
        of(&|key| key == field).or_else(|| of(&is_spelled_so))
    }
}

/// Returns the letters and digits of a key in lower case.
fn plain(key: &str) -> impl Iterator<Item = char> {
    key.chars().filter(|char| !matches!(char, '_' | '-')).map(|char| char.to_ascii_lowercase())
}

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}

impl<'de> Deserializer<'de> for Entries<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("only structures are read from an object"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let values = fields.iter().filter_map(|field| Some((*field, self.value(field, fields)?)));
        visitor.visit_map(Fields { fields: values.collect::<Vec<_>>().into_iter(), value: None })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The fields of a structure that an object has.
struct Fields<'de> {
    fields: std::vec::IntoIter<(&'static str, &'de RawValue)>,
    value: Option<&'de RawValue>,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((field, value)) = self.fields.next() else { return Ok(None) };
        self.value = Some(value);
        let key: StringDeserializer<Error> = field.to_owned().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let value = self.value.take().ok_or_else(|| Error::custom("a value without its key"))?;
        seed.deserialize(&mut serde_json::Deserializer::from_str(value.get()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::record::Field;

    #[derive(Debug, PartialEq, serde::Deserialize, Default)]
    #[serde(rename_all = "PascalCase", default)]
    struct Wire {
        cert_id: Option<String>,
        name: String,
    }

    fn parse(json: &str) -> Option<(Option<String>, String)> {
        let value: &RawValue = serde_json::from_str(json).expect(json);
        read::<Wire>(value).map(|wire| (wire.cert_id, wire.name))
    }

    #[test]
    fn the_last_value_of_a_key_counts_in_whichever_spelling() {
        let expected = |id: &str, name: &str| Some((Some(id.to_owned()), name.to_owned()));
        for (json, id, name) in [
            (r#"{"CertId":"1","Name":"n"}"#, "1", "n"),
            (r#"{"CertId":"1","CertId":"2","Name":"n","Name":"m"}"#, "2", "m"),
            (r#"{"CertId":"1","CertId":null,"Name":"n"}"#, "1", "n"),
            (r#"{"cert_id":"1","NAME":"n"}"#, "1", "n"),
            (r#"{"cert-ID":"3","CertId":"1","Name":"n","other":[{}]}"#, "1", "n"),
        ] {
            assert_eq!(parse(json), expected(id, name), "{json}");
        }
        assert_eq!(parse("{}"), Some((None, String::new())));
        for json in ["[]", "7", "null", r#""text""#, r#"{"Name":7}"#] {
            assert_eq!(parse(json), None, "{json}");
        }
    }

    #[test]
    fn fields_are_read_on_their_own() {
        #[derive(serde::Deserialize)]
        struct Odd {
            id: Field<String>,
            #[serde(default)]
            name: Field<String>,
        }
        let value: &RawValue = serde_json::from_str(r#"{"Id":{"a":1},"name":"n"}"#).expect("JSON");
        let odd: Odd = read(value).expect("an object");
        for array in ["[]", r#"["1","n"]"#] {
            let field: Field<Object<Wire>> = serde_json::from_str(array).expect("a field");
            assert!(matches!(field, Field::Invalid), "{array}");
        }
        assert!(matches!(odd.id, Field::Invalid));
        assert_eq!(odd.name.known().as_deref(), Some("n"));
    }
}
