//! The certificates that the `openssl` command makes itself.

use super::command::Openssl;

/// DER of one certificate for each thing that `openssl` can make.
pub(crate) fn certificates(openssl: &Openssl) -> Vec<(String, Vec<u8>)> {
    openssl.config("plain.cnf", "utf8only", "[dn]\n");
    let mut made = keys(openssl);
    for (case, arguments) in [
        ("sha1", &["-sha1"][..]),
        ("sha384", &["-sha384"]),
        ("sha512", &["-sha512"]),
        ("sha3-256", &["-sha3-256"]),
        ("serial zero", &["-set_serial", "0"]),
        ("serial negative", &["-set_serial", "-1"]),
        ("serial more negative", &["-set_serial", "-32768"]),
        ("serial of 21 bytes", &["-set_serial", "0xfedcba9876543210fedcba9876543210fedcba9876"]),
        ("beyond 2050", &["-days", "20000"]),
        ("empty subject", &["-subj", "/"]),
        ("multi-valued", &["-multivalue-rdn", "-subj", "/C=CN+O=b+OU=c/CN=d+UID=e"]),
        ("escapes", &["-subj", "/CN= a,b\\+c\"d\\\\e<f>g;h=i /O=#x/OU= /L=#"]),
        ("controls", &["-subj", "/CN=a\nb\tc\u{7f}"]),
        ("utf8", &["-subj", "/C=CN/ST=北京/O=株式会社😀/CN=é.example"]),
        (
            "many types",
            &[
                "-subj",
                "/emailAddress=a@b.example/serialNumber=1/SN=s/GN=g/title=t/initials=i/dnQualifier=q/pseudonym=p/businessCategory=b/postalCode=1/generationQualifier=III/name=n/description=d/unstructuredName=u/DC=example/DC=com/organizationIdentifier=o/jurisdictionC=CN/jurisdictionST=j/jurisdictionL=k/mail=m@b.example",
            ],
        ),
        ("street", &["-subj", "/street=a street/CN=b"]),
    ] {
        made.extend(openssl.self_signed(case, "p256.key", arguments));
    }
    made.extend(openssl.self_signed("rsa sha3-256", "rsa.key", &["-sha3-256"]));
    made.extend(openssl.self_signed("pss over sha1", "rsa.key", &["-sha1", "-sigopt", "rsa_padding_mode:pss"]));
    made.extend(openssl.self_signed("rsa key, pss signature", "rsa.key", &["-sigopt", "rsa_padding_mode:pss"]));
    for mask in ["default", "pkix", "nombstr", "utf8only"] {
        openssl.config("mask.cnf", mask, "[dn]\n");
        for (kind, subject) in [("latin", "/CN=café/O=a*b@c"), ("ascii", "/CN=plain"), ("beyond", "/CN=北京")] {
            let arguments = ["x509", "-config", "mask.cnf", "-subj", subject];
            if (mask, kind) == ("nombstr", "beyond") {
                continue;
            }
            made.extend(openssl.self_signed(&format!("{mask} {kind}"), "p256.key", &arguments[1..]));
        }
    }
    let sections = "x509_extensions=e\n[dn]\nCN=a\n[e]\nsubjectAltName=critical,@s\n1.2.3.4=critical,ASN1:UTF8String:x\n[s]\nDNS.1=xn--fsqu00a.example\nDNS.2=*.example\nIP.1=192.0.2.1\nIP.2=2001:db8::1\nIP.3=::ffff:192.0.2.1\nURI.1=https://a.example/?b=c\nemail.1=a@b.example\nRID.1=1.2.3\notherName.1=1.2.3;UTF8:x\ndirName.1=d\nDNS.3=b.example\nIP.4=::\n[d]\nCN=x\n";
    openssl.config("names.cnf", "utf8only", sections);
    made.extend(openssl.self_signed("alternative names", "p256.key", &["-config", "names.cnf"]));
    let request =
        openssl.run(&["req", "-new", "-batch", "-config", "plain.cnf", "-key", "p256.key", "-subj", "/CN=v1"], b"");
    let first = openssl.run(&["x509", "-req", "-signkey", "p256.key", "-outform", "DER"], &request);
    made.push(("version 1".to_owned(), first));
    made
}

fn keys(openssl: &Openssl) -> Vec<(String, Vec<u8>)> {
    openssl.key("dsa.parameters", &["genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:2048"]);
    let curve = ["genpkey", "-algorithm", "EC", "-pkeyopt"];
    let rsa = ["genpkey", "-algorithm", "RSA", "-pkeyopt"];
    let mut made = Vec::new();
    for (case, file, arguments, option) in [
        ("rsa 1024", "rsa1024.key", &rsa[..], "rsa_keygen_bits:1024"),
        ("rsa 2048", "rsa.key", &rsa, "rsa_keygen_bits:2048"),
        ("rsa 2049", "rsa2049.key", &rsa, "rsa_keygen_bits:2049"),
        ("rsa 3072", "rsa3072.key", &rsa, "rsa_keygen_bits:3072"),
        ("rsa 4096", "rsa4096.key", &rsa, "rsa_keygen_bits:4096"),
        ("rsa-pss", "pss.key", &["genpkey", "-algorithm", "RSA-PSS", "-pkeyopt"], "rsa_keygen_bits:2048"),
        ("p-224", "p224.key", &curve, "ec_paramgen_curve:P-224"),
        ("p-256", "p256.key", &curve, "ec_paramgen_curve:P-256"),
        ("p-384", "p384.key", &curve, "ec_paramgen_curve:P-384"),
        ("p-521", "p521.key", &curve, "ec_paramgen_curve:P-521"),
        ("secp256k1", "k1.key", &curve, "ec_paramgen_curve:secp256k1"),
        ("brainpool 512", "bp.key", &curve, "ec_paramgen_curve:brainpoolP512r1"),
        ("sect233k1", "sect.key", &curve, "ec_paramgen_curve:sect233k1"),
        (
            "explicit p-384",
            "explicit.key",
            &["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_param_enc:explicit", "-pkeyopt"],
            "ec_paramgen_curve:P-384",
        ),
        ("dsa", "dsa.key", &["genpkey", "-paramfile"], "dsa.parameters"),
        ("ed25519", "ed25519.key", &["genpkey", "-algorithm"], "ED25519"),
        ("ed448", "ed448.key", &["genpkey", "-algorithm"], "ED448"),
    ] {
        openssl.key(file, &[arguments, &[option]].concat());
        made.extend(openssl.self_signed(case, file, &[]));
    }
    openssl.key("sm2.key", &["ecparam", "-name", "SM2", "-genkey", "-noout"]);
    made.extend(openssl.self_signed("sm2", "sm2.key", &["-sm3"]));
    made
}
