#include "tests/support/test_main.h"

#include "wallet/keys/bip32.h"
#include "wallet/keys/mnemonic.h"

#include <QFile>

using namespace runnel;
using namespace runnel::keys;

namespace {

const std::string zeros_24 =
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
    "abandon abandon abandon "
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon art";

std::string text_of(const SecretBytes& secret) {
    const auto bytes = secret.reveal();
    return std::string(bytes.begin(), bytes.end());
}

}  // namespace

class TestMnemonic : public QObject {
    Q_OBJECT
private slots:
    void table_is_the_published_list() {
        QFile file(test::tests_dir() + "/../wallet/keys/words/english.txt");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto lines = file.readAll().split('\n');
        const auto& list = WordList::of(Language::english);
        for (int i = 0; i < 2048; ++i) {
            const auto word = list.word(static_cast<std::size_t>(i));
            QCOMPARE(lines.at(i).toStdString(), std::string(word));
            QCOMPARE(int{list.find(word).value()}, i);
        }
        QVERIFY(!list.find("abandonn"));
        QVERIFY(!list.find(""));
        QVERIFY(!list.find("zzz"));
    }

    void makes_24_words() {
        const auto words = Mnemonic::from_entropy(Secret32());
        QCOMPARE(words.word_count(), std::size_t{24});
        QCOMPARE(text_of(words.sentence()), zeros_24);
        QVERIFY(!Mnemonic::from_entropy(Bytes(15)));
        QVERIFY(!Mnemonic::from_entropy(Bytes(36)));
        QVERIFY(!Mnemonic::from_entropy(Bytes{}));
    }

    void takes_words_as_people_type_them() {
        auto typed = "\n\t " + zeros_24 + " \r\n";
        typed.replace(typed.find("abandon"), 7, "  ABANdon");
        const auto parsed = Mnemonic::parse(typed);
        QVERIFY(parsed);
        QCOMPARE(text_of(parsed->sentence()), zeros_24);
    }

    void names_the_bad_word() {
        auto typed = zeros_24;
        typed.replace(typed.rfind("abandon"), 7, "abandn");
        const auto parsed = Mnemonic::parse(typed);
        QVERIFY(!parsed);
        const auto& unknown = std::get<UnknownWord>(parsed.error());
        QCOMPARE(unknown.position, std::size_t{22});
        QVERIFY(!unknown.suggestions.empty());
        QCOMPARE(unknown.suggestions.front(), std::string_view("abandon"));

        const auto& list = WordList::of(Language::english);
        QCOMPARE(list.nearest("zeor").front(), std::string_view("zero"));
        QCOMPARE(list.nearest("wrogn").front(), std::string_view("wrong"));
        QCOMPARE(list.nearest("abstractly").front(), std::string_view("abstract"));
        QVERIFY(list.nearest("qqqqqqqqqq").empty());
        QVERIFY(list.nearest(std::string(5000, 'a')).empty());
        QCOMPARE(list.completions("zo").size(), std::size_t{2});
    }

    void refuses_wrong_sentences() {
        auto short_one = zeros_24.substr(8);
        QCOMPARE(std::get<WrongWordCount>(Mnemonic::parse(short_one).error()).count,
                 std::size_t{23});
        QCOMPARE(std::get<WrongWordCount>(Mnemonic::parse("").error()).count, std::size_t{0});
        auto other = zeros_24;
        other.replace(other.rfind("art"), 3, "zoo");
        QVERIFY(std::holds_alternative<WordsDoNotMatch>(Mnemonic::parse(other).error()));
        // Far beyond any sentence: looked at no further than its limit.
        QVERIFY(!Mnemonic::parse(std::string(1'000'000, 'a')));
    }

    void passphrase_must_be_normalised() {
        const auto words = Mnemonic::from_entropy(Secret32());
        const std::string umlaut = "\xc3\xbc";
        const auto refused = words.seed(bytes_of(umlaut));
        QVERIFY(!refused);
        QVERIFY(refused.error() == SeedError::passphrase_not_normalised);
        QVERIFY(words.seed(bytes_of(umlaut), true));
        QVERIFY(to_hex(words.seed(bytes_of("a"))->reveal()) != to_hex(words.seed()->reveal()));
    }

    void paths_as_text() {
        QCOMPARE(to_string(*parse_path("m/84'/0h/0'/1/2147483647")),
                 std::string("m/84'/0'/0'/1/2147483647"));
        QCOMPARE(parse_path("m")->size(), std::size_t{0});
        QVERIFY(parse_path("84'/0").error() == DecodeError::bad_prefix);
        QVERIFY(parse_path("").error() == DecodeError::bad_prefix);
        QVERIFY(parse_path("m/").error() == DecodeError::bad_character);
        QVERIFY(parse_path("m/x").error() == DecodeError::bad_character);
        QVERIFY(parse_path("m/1x").error() == DecodeError::bad_character);
        QVERIFY(parse_path("m/-1").error() == DecodeError::bad_character);
        QVERIFY(parse_path("m/2147483648").error() == DecodeError::bad_value);
        QVERIFY(parse_path("m/99999999999999999999").error() == DecodeError::bad_value);
        std::string deep = "m";
        for (int i = 0; i < 256; ++i) deep += "/0";
        QVERIFY(parse_path(deep).error() == DecodeError::too_large);
    }

    void extended_keys_keep_their_bounds() {
        QVERIFY(!ExtendedPrivateKey::from_seed(Bytes(15)));
        QVERIFY(!ExtendedPrivateKey::from_seed(Bytes(65)));
        auto key = *ExtendedPrivateKey::from_seed(Bytes(16));
        QVERIFY(!key.neuter().child(hardened(0)));
        for (int i = 0; i < 255; ++i) key = *key.child(0);
        QVERIFY(!key.child(0));
        QVERIFY(!key.neuter().child(0));
        const auto versions = ExtendedVersions::of(params_of(Network::practice));
        const auto text = key.neuter().to_text(versions);
        QVERIFY(parse_extended(text, versions));
        // Another network's prefix is another network's key.
        QVERIFY(parse_extended(text, ExtendedVersions::of(params_of(Network::regtest))).error() ==
                DecodeError::bad_prefix);
        QVERIFY(!parse_extended("", versions));
        QVERIFY(!parse_extended("1", versions));
    }
};

RUNNEL_TEST(TestMnemonic)
#include "test_mnemonic.moc"
