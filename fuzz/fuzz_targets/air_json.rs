//! Any bytes as AIR in JSON or text form: an error or AIR, never a panic; what is read prints and reads back, and the
//! stages behind the reader survive it.

#![no_main]

use airc::air::Air;
use airc::air::form::Detail;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(source) = std::str::from_utf8(bytes) else { return };
    for read in [Air::from_json(source), Air::from_text(source)] {
        let Ok(air) = read else { continue };
        let _ = airc::air::verify::verify(&air);
        let _ = airc::Plan::of(&air).to_string();
        let _ = airc::lineage::Lineage::of(&air);
        let _ = airc::air::fingerprint::fingerprint(&air);
        let Ok(printed) = air.to_text(Detail::Spans) else { continue };
        let again = Air::from_text(&printed).expect("what was printed can be read");
        assert_eq!(again.to_text(Detail::Spans).expect("it was printed before"), printed);
    }
});
