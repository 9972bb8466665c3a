//! Credentials without a format through the whole engine: what is found where, how sure, and why.

#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use fastrand::Rng;
use govctl::engine::settings::Settings;
use govctl::engine::{Engine, Scratch};
use govctl::finding::{Confidence, Finding};
use govctl::rules::{built_in, template};
use govctl::source::Source;

fn found(path: &str, text: &str) -> Vec<Finding> {
    let settings = Settings { rules: built_in(), min_confidence: Confidence::Medium, ..Settings::default() };
    let engine = Engine::new(settings).unwrap();
    engine.scan(&Source::file(path, text.as_bytes()), &mut Scratch::default()).findings
}

fn expand(form: &str) -> String {
    template::expand(form, &mut Rng::with_seed(7)).unwrap()
}

#[test]
fn a_value_is_found_in_the_grammar_of_its_file() {
    for (path, form) in [
        ("a.py", "db_password = 'k7{alnum:12}'"),
        ("a.go", "cfg.Password = \"k7{alnum:12}\""),
        ("a.scala", "password = Some(\"k7{alnum:12}\")"),
        ("a.rb", "{{ 'client_secret' => '7{alnum:31}' }}"),
        ("a.yml", "POSTGRES_PASSWORD: k7{alnum:12}"),
        ("a.json", "{{\"access_token\": \"3{hex:39}\"}}"),
        ("a.properties", "db.password=k7{alnum:12}"),
        (".env", "API_TOKEN=3{hex:39}"),
        ("a.sh", "export API_TOKEN=3{hex:39}"),
        ("a.xml", "<password>k7{alnum:12}</password>"),
        ("a.sql", "CREATE USER app IDENTIFIED BY 'k7{alnum:12}';"),
        ("a.md", "Call `https://api.acme.io/v1?api_key=3{hex:31}`"),
        ("a.md", "curl -u deploy:k7{alnum:14} https://acme.io"),
        ("a.txt", "Authorization: Bearer 7{alnum:40}"),
        ("a.json", "{{\"key\": \"password\", \"value\": \"k7{alnum:14}\"}}"),
        ("a.py", "# password: k7{alnum:12}"),
    ] {
        let text = expand(form);
        assert!(!found(path, &text).is_empty(), "{path}: {form}");
    }
}

#[test]
fn a_password_is_called_one_whatever_announces_it() {
    for (path, form) in [
        ("a.sql", "CREATE USER app IDENTIFIED BY 'k7{alnum:12}';"),
        ("a.sh", "sshpass -p 'k7{alnum:12}' ssh host\n"),
        ("a.sh", "mysql -uroot -pk7{alnum:12} app\n"),
        ("a.py", "passphrase = 'k7{alnum:12}'"),
    ] {
        let rules: Vec<_> = found(path, &expand(form)).into_iter().map(|f| f.rule).collect();
        assert_eq!(rules, ["secrets/generic-password"], "{form}");
    }
}

#[test]
fn what_only_looks_like_one_is_left_alone() {
    for (path, text) in [
        ("a.py", "password = get_password('login')"),
        ("a.py", "def login(email: str, password: str) -> User:"),
        ("a.js", "const token = parser.nextToken('identifier');"),
        ("a.yml", "password: ${DB_PASSWORD}"),
        ("a.yml", "password: changeme"),
        ("a.json", "{\"password\": \"Passwort vergessen\"}"),
        ("a.html", "<input name=\"password\" type=\"password\" placeholder=\"Your password\">"),
        ("a.go", "Key: aws.String(\"object-name\")"),
        ("a.ts", "publicKey: string;"),
        ("a.md", "the token is read from the environment"),
        ("a.yml", "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: db, key: password}\n"),
        ("a.yml", "- name: DB_PASSWORD\n  value: ${DB_PASSWORD}\n"),
        ("a.yml", "password: |\n  {{ .Values.password }}\n"),
        ("a.yml", "session: |\n  One paragraph about sessions of 2026\n"),
        ("a.xml", "<password>\n  <encrypted/>\n</password>"),
        ("a.xml", "<password>\n  Choose a password of 8 characters\n</password>"),
        ("a.plist", "<key>NSPasswordUsage</key>\n<string>To log in</string>\n"),
        ("a.plist", "<key>SessionTimeout</key>\n<integer>3600</integer>\n"),
        ("a.html", "<p>Password: <strong>required</strong></p>"),
        ("a.html", "<tr><th>Token</th><td>The token of the request</td></tr>"),
        ("a.md", "| token | description |\n|---|---|\n| access_token | string |\n"),
        ("a.md", "- **Password:** at least 8 characters\n"),
        ("a.md", "The token is base64 text, the password is hashed.\n"),
        ("a.conf", "password required\nauth sufficient\n"),
        ("Dockerfile", "ENV DB_PASSWORD $PASSWORD\n"),
        ("a.sh", "docker login -u bot -p $TOKEN registry\n"),
        ("a.sh", "docker login -u bot --password-stdin registry\n"),
        ("a.sh", "mysql -u root -p app_production1\n"),
        ("a.sh", "echo \"$USER:$PASSWORD\" | chpasswd\n"),
        ("a.sh", "sshpass -p \"$PASSWORD\" ssh host\n"),
        ("a.ps1", "ConvertTo-SecureString $plain -AsPlainText -Force\n"),
        ("a.py", "requests.get(url, auth=('user', password))"),
        ("a.js", "headers: { Authorization: 'token ' + token }"),
        ("a.toml", "secret = { path = \"/run/secrets/db\" }"),
    ] {
        let rules: Vec<_> = found(path, text).into_iter().map(|f| f.rule).collect();
        assert!(rules.is_empty(), "{path}: {text}: {rules:?}");
    }
}

#[test]
fn a_finding_says_why_and_never_shows_the_value() {
    let value = expand("k7{alnum:14}");
    let text = format!("smtp_password = '{value}'");
    let findings = found("a.py", &text);
    let finding = findings.first().unwrap();
    assert_eq!(finding.rule, "secrets/generic-password");
    let said = finding.evidence.join("\n");
    assert!(
        said.contains("a password")
            && said.contains("context: an assignment, in quotes")
            && said.contains("entropy")
            && said.contains("for it"),
        "{said}"
    );
    assert!(!said.contains(&value) && !finding.excerpt.text.contains(&value));
}

#[test]
fn a_format_says_what_it_proved() {
    for (form, said) in [("x = {crc:ghp_}", "offline holds"), ("x = xoxb-{digit:12}-{digit:13}-{alnum:24}", "entropy")]
    {
        let findings = found("a.py", &expand(form));
        assert!(findings.iter().any(|f| f.evidence.iter().any(|e| e.contains(said))), "{form}: {findings:?}");
    }
}

#[test]
fn a_format_has_precedence() {
    let token = expand("{crc:ghp_}");
    let rules: Vec<_> = found("a.py", &format!("secret_token = '{token}'")).into_iter().map(|f| f.rule).collect();
    assert_eq!(rules.len(), 1);
    assert!(!rules[0].contains("generic"), "{rules:?}");
}

#[test]
fn encoded_secrets_are_found_two_levels_deep_at_their_place() {
    let standard = base64::engine::general_purpose::STANDARD;
    let inner = format!("github: {} is the token", expand("{crc:ghp_}"));
    let once = standard.encode(&inner);
    let twice = standard.encode(format!("data: {once} and more"));
    let thrice = standard.encode(format!("data: {twice} and more"));
    let hex: String = inner.bytes().map(|b| format!("{b:02x}")).collect();
    for (encoded, expected) in [(&once, 1), (&twice, 1), (&thrice, 0), (&hex, 1)] {
        let text = format!("first line\nblob: {encoded}\n");
        let findings = found("a.yml", &text);
        let formats: Vec<_> = findings.iter().filter(|f| !f.rule.contains("generic")).collect();
        assert_eq!(formats.len(), expected, "{formats:?}");
        if let Some(finding) = formats.first() {
            assert_eq!((finding.span.line, finding.span.column), (2, 7));
            assert!(finding.evidence.iter().any(|e| e.contains("inside")));
        }
    }
}

/// The three ways in which text is encoded.
fn encodings(text: &str) -> [String; 3] {
    let hex = text.bytes().map(|b| format!("{b:02x}")).collect();
    let percent =
        text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).into() } else { format!("%{b:02X}") });
    [base64::engine::general_purpose::STANDARD.encode(text), hex, percent.collect()]
}

#[test]
fn credentials_without_a_format_are_found_inside_encoded_text_too() {
    let settings = expand("NODE_ENV=production\nDB_PASSWORD=k7{alnum:14}\nPORT=8080\n");
    let config = expand("{{\"host\": \"db.acme.io\", \"password\": \"4z{password:12}\"}}");
    for inner in [&settings, &config] {
        let twice = base64::engine::general_purpose::STANDARD.encode(format!("data: {}\n", encodings(inner)[0]));
        for encoded in encodings(inner).iter().chain([&twice]) {
            let findings = found("deploy/secret.yml", &format!("first line\n  x: {encoded}\n"));
            let [finding] = &*findings else { panic!("{encoded}: {findings:?}") };
            assert!(finding.rule.starts_with("secrets/generic-"), "{finding:?}");
            assert_eq!((finding.span.line, finding.span.column), (2, 6));
            assert!(finding.evidence[0].contains("inside") && finding.evidence.len() > 2, "{:?}", finding.evidence);
            assert!(!format!("{finding:?}").contains(&encoded[8..]));
        }
    }
}

#[test]
fn what_is_no_credential_is_none_inside_encoded_text() {
    for inner in
        ["DB_PASSWORD=changeme\nPORT=8080\nNODE_ENV=production\n", "password = get_password('login form of the site')"]
    {
        for encoded in encodings(inner) {
            let findings = found("deploy/secret.yml", &format!("x: {encoded}\n"));
            assert!(findings.is_empty(), "{inner}: {findings:?}");
        }
    }
}

/// A path, and a form of text as it stands in such files.
const CONTEXTS: &[(&str, &str)] = &[
    ("a.ini", "[db]\npassword = k7{alnum:12}\n"),
    ("a.ini", "[db]\nuser = app\npasswd: k7{alnum:12}\n"),
    ("a.cfg", "smtp_password=k7{alnum:12}\n"),
    ("a.conf", "  requirepass k7{alnum:16}\n"),
    ("a.toml", "[database]\npassword = \"k7{alnum:12}\"\n"),
    ("a.toml", "auth = {{ user = \"app\", password = \"k7{alnum:12}\" }}\n"),
    ("a.toml", "password = '''k7{alnum:12}'''\n"),
    ("a.yml", "db: {{ user: app, password: k7{alnum:12} }}\n"),
    ("a.yml", "env:\n  - name: DB_PASSWORD\n    value: k7{alnum:12}\n"),
    ("a.yml", "env:\n  - name: DB_PASSWORD\n    value: \"k7{alnum:12}\"\n"),
    ("a.yml", "password: |\n  k7{alnum:12}\n"),
    ("a.yml", "password: >-\n  k7{alnum:12}\n"),
    ("a.yml", "command: [\"--password\", \"k7{alnum:12}\"]\n"),
    ("a.yml", "environment:\n  - MYSQL_ROOT_PASSWORD=k7{alnum:12}\n"),
    ("a.json", "{{\"db\": {{\"password\": \"k7{alnum:12}\"}}}}"),
    ("a.json", "{{\"name\": \"DB_PASSWORD\", \"value\": \"k7{alnum:12}\"}}"),
    ("a.json", "{{\n  \"name\": \"DB_PASSWORD\",\n  \"value\": \"k7{alnum:12}\"\n}}"),
    ("a.json", "{{\"body\": \"{{\\\"password\\\": \\\"k7{alnum:12}\\\"}}\"}}"),
    ("a.properties", "spring.datasource.password: k7{alnum:12}\n"),
    ("a.properties", "spring.datasource.password k7{alnum:12}\n"),
    ("web.config", "<add key=\"DbPassword\" value=\"k7{alnum:12}\" />"),
    ("a.xml", "<property name=\"password\" value=\"k7{alnum:12}\"/>"),
    ("a.xml", "<property name=\"password\">k7{alnum:12}</property>"),
    ("a.xml", "<user name=\"app\" password=\"k7{alnum:12}\"/>"),
    ("a.xml", "<entry key=\"db.password\">k7{alnum:12}</entry>"),
    ("a.xml", "<password>\n  k7{alnum:12}\n</password>"),
    ("a.xml", "<password><![CDATA[k7{alnum:12}]]></password>"),
    ("a.plist", "<key>Password</key>\n<string>k7{alnum:12}</string>\n"),
    ("a.plist", "<key>ApiSecret</key>\n\t<string>7{alnum:31}</string>\n"),
    (".env", "DB_PASSWORD=k7{alnum:12}\n"),
    (".env", "export DB_PASSWORD='k7{alnum:12}'\n"),
    ("a.sh", "DB_PASSWORD=k7{alnum:12} ./run\n"),
    ("a.sh", "mysql -uroot -pk7{alnum:12} app\n"),
    ("a.sh", "mysql --user=root --password=k7{alnum:12} app\n"),
    ("a.sh", "sshpass -p 'k7{alnum:12}' ssh host\n"),
    ("a.sh", "PGPASSWORD=k7{alnum:12} psql\n"),
    ("a.sh", "docker login -u bot -p k7{alnum:12} registry\n"),
    ("a.sh", "curl --user 'deploy:k7{alnum:14}' https://acme.io\n"),
    ("a.sh", "curl -H 'X-Api-Key: 3{hex:31}' https://acme.io\n"),
    ("a.sh", "curl -H \"Authorization: token 3{hex:39}\" https://acme.io\n"),
    ("a.js", "headers: {{ Authorization: 'ApiKey 3{hex:39}' }}"),
    ("a.sh", "echo 'root:k7{alnum:12}' | chpasswd\n"),
    ("a.bat", "set DB_PASSWORD=k7{alnum:12}\n"),
    ("a.ps1", "$password = \"k7{alnum:12}\"\n"),
    ("a.ps1", "ConvertTo-SecureString \"k7{alnum:12}\" -AsPlainText -Force\n"),
    ("Dockerfile", "ENV DB_PASSWORD=k7{alnum:12}\n"),
    ("Dockerfile", "ENV DB_PASSWORD k7{alnum:12}\n"),
    ("Dockerfile", "ARG API_TOKEN=3{hex:39}\n"),
    ("a.tf", "  master_password = \"k7{alnum:12}\"\n"),
    ("a.py", "connect(host='db', user='app', password='k7{alnum:12}')"),
    ("a.py", "login('app', password=\"k7{alnum:12}\")"),
    ("a.py", "os.environ['DB_PASSWORD'] = 'k7{alnum:12}'"),
    ("a.py", "os.environ.setdefault('DB_PASSWORD', 'k7{alnum:12}')"),
    ("a.py", "password: str = 'k7{alnum:12}'"),
    ("a.py", "PASSWORD = os.getenv('DB_PASSWORD', 'k7{alnum:12}')"),
    ("a.py", "secret_key = b'7{alnum:31}'"),
    ("a.py", "requests.get(url, auth=('deploy', 'k7{alnum:14}'))"),
    ("a.py", "headers = {{'Authorization': 'Bearer 7{alnum:40}'}}"),
    ("a.js", "const config = {{ password: 'k7{alnum:12}' }};"),
    ("a.js", "const password = process.env.DB_PASSWORD || 'k7{alnum:12}';"),
    ("a.ts", "private readonly apiSecret: string = '7{alnum:31}';"),
    ("a.java", "private static final String PASSWORD = \"k7{alnum:12}\";"),
    ("a.java", "ds.setPassword(\"k7{alnum:12}\");"),
    ("a.java", "props.put(\"password\", \"k7{alnum:12}\");"),
    ("a.kt", "val apiKey: String = \"7{alnum:31}\""),
    ("a.swift", "let clientSecret = \"7{alnum:31}\""),
    ("a.m", "NSString *apiSecret = @\"7{alnum:31}\";"),
    ("a.cs", "var password = @\"k7{alnum:12}\";"),
    ("a.cs", "\"Server=db;Database=app;User Id=sa;Password=k7{alnum:12};\""),
    ("a.php", "define('DB_PASSWORD', 'k7{alnum:12}');"),
    ("a.php", "$config['password'] = 'k7{alnum:12}';"),
    ("a.php", "'password' => env('DB_PASSWORD', 'k7{alnum:12}'),"),
    ("a.rb", "ENV['API_TOKEN'] = '3{hex:39}'"),
    ("a.rb", "config.secret_key = '3{hex:63}'"),
    ("a.go", "const apiToken = \"3{hex:39}\""),
    ("a.go", "cfg := Config{{User: \"app\", Password: \"k7{alnum:12}\"}}"),
    ("a.rs", "let api_token: &str = \"3{hex:39}\";"),
    ("a.rs", ".password(\"k7{alnum:12}\")"),
    ("a.c", "#define WIFI_PASSWORD \"k7{alnum:12}\""),
    ("a.c", "static const char *password = \"k7{alnum:12}\";"),
    ("a.pl", "my $password = 'k7{alnum:12}';"),
    ("a.lua", "local password = \"k7{alnum:12}\""),
    ("a.ex", "config :app, secret_key_base: \"7{alnum:63}\""),
    ("a.clj", "(def config {{:password \"k7{alnum:12}\"}})"),
    ("a.sql", "ALTER USER app WITH PASSWORD 'k7{alnum:12}';"),
    ("a.sql", "SET PASSWORD FOR 'app'@'%' = PASSWORD('k7{alnum:12}');"),
    ("a.sql", "CREATE LOGIN app WITH PASSWORD = 'k7{alnum:12}';"),
    ("a.sql", "GRANT ALL ON *.* TO 'app'@'%' IDENTIFIED BY 'k7{alnum:12}';"),
    ("a.py", "# the api token is 3{hex:39}\n"),
    ("a.js", "// password: k7{alnum:12}\n"),
    ("a.java", "/* default password = k7{alnum:12} */\n"),
    ("a.html", "<!-- password: k7{alnum:12} -->\n"),
    ("a.html", "<input type=\"password\" name=\"password\" value=\"k7{alnum:12}\">"),
    ("a.html", "<code>password=&quot;k7{alnum:12}&quot;</code>"),
    ("a.html", "<p>Password: <code>k7{alnum:12}</code></p>"),
    ("a.md", "Log in with password `k7{alnum:12}`.\n"),
    ("a.md", "- **Password:** k7{alnum:12}\n"),
    ("a.md", "Use **API key**: `7{alnum:31}`\n"),
    ("a.md", "| user | password |\n|---|---|\n| password | k7{alnum:12} |\n"),
    ("a.md", "    export API_TOKEN=3{hex:39}\n"),
    ("a.md", "Username: `deploy`, password: `k7{alnum:12}`\n"),
    ("a.txt", "X-Auth-Token: 3{hex:39}\n"),
    ("a.http", "Cookie: session=3{hex:39}\n"),
    ("a.txt", "postgres://app:k7{alnum:12}@db.acme.io:5432/app\n"),
    ("a.txt", "redis://:k7{alnum:16}@cache.acme.io:6379\n"),
    ("a.txt", "jdbc:mysql://db/app?user=app&password=k7{alnum:12}\n"),
    ("a.txt", "https://api.acme.io/v1?access_token=3{hex:39}&x=1\n"),
    (".netrc", "machine acme.io login deploy password k7{alnum:14}\n"),
    (".npmrc", "//registry.acme.io/:_authToken=3{hex:39}\n"),
    (".pypirc", "[acme]\nusername = bot\npassword = k7{alnum:14}\n"),
    (".pgpass", "db.acme.io:5432:app:app:k7{alnum:14}\n"),
    ("jwk.json", "{{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"{base64url:43}\"}}"),
    (
        "jwk.json",
        "{{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"{base64url:43}\", \"y\": \"{base64url:43}\", \"d\": \"{base64url:43}\"}}",
    ),
    (
        "jwk.json",
        "{{\n \"kty\": \"RSA\",\n \"n\": \"{base64url:342}\",\n \"e\": \"AQAB\",\n \"d\": \"{base64url:342}\"\n}}",
    ),
];

#[test]
fn every_context_of_the_outline_is_read() {
    let missed: Vec<_> = CONTEXTS.iter().filter(|(path, form)| found(path, &expand(form)).is_empty()).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}
