//! Cache of texts that were read out, by a hash of text and language. In memory only, because some texts name callers.
use std::collections::{HashMap, VecDeque};

use frontdesk_domain::flow::Language;
use frontdesk_ports::Samples;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

/// The maximum number of cached samples: with 2 bytes each, 16 MB or 17 minutes.
const MAX_SAMPLES: usize = 8 << 20;

type Hash = [u8; 32];

#[derive(Default)]
pub struct Cache(Mutex<Known>);

#[derive(Default)]
struct Known {
    texts: HashMap<Hash, Samples>,
    /// Oldest first.
    order: VecDeque<Hash>,
    samples: usize,
}

impl Cache {
    pub fn get(&self, text: &str, language: &Language) -> Option<Samples> {
        self.0.lock().texts.get(&hash(text, language)).cloned()
    }

    pub fn keep(&self, text: &str, language: &Language, samples: &Samples) {
        let known = &mut *self.0.lock();
        let hash = hash(text, language);
        if known.texts.insert(hash, samples.clone()).is_some() {
            return;
        }
        known.order.push_back(hash);
        known.samples += samples.len();
        while known.samples > MAX_SAMPLES
            && let Some(oldest) = known.order.pop_front()
        {
            known.samples -= known.texts.remove(&oldest).map_or(0, |samples| samples.len());
        }
    }
}

fn hash(text: &str, language: &Language) -> Hash {
    Sha256::new().chain_update(language.as_str()).chain_update([0]).chain_update(text).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_texts_are_forgotten_once_there_are_too_many() {
        let (cache, english) = (Cache::default(), "en".parse().unwrap());
        let long: Samples = vec![0; MAX_SAMPLES / 2].into();
        for text in ["a", "b", "b", "c"] {
            cache.keep(text, &english, &long);
        }
        assert!(cache.get("a", &english).is_none());
        assert!(cache.get("b", &english).is_some() && cache.get("c", &english).is_some());
    }
}
