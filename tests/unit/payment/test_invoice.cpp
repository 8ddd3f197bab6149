// Invoices beyond the published examples: field rules, amounts, limits, round trips of random
// invoices.
#include "tests/support/test_main.h"

#include "core/bitcoin/address.h"
#include "core/bitcoin/script.h"
#include "core/crypto/hash.h"
#include "core/payment/invoice.h"

#include <random>

using namespace runnel;
using payment::Invoice;
using payment::InvoiceError;

namespace {

using Values = std::vector<std::uint8_t>;

crypto::PrivateKey node_key() {
    return crypto::PrivateKey::from(secret32_from(Bytes(32, 0x21)).value()).value();
}

crypto::RecoverableSignature sign(const Hash256& digest) {
    return crypto::sign_recoverable(node_key(), digest);
}

Values fives(ByteView bytes) { return bitcoin::convert_bits(bytes, 8, 5, true).value(); }
Values fives(std::string_view text) { return fives(bytes_of(text)); }

struct Field {
    char type;
    Values values;
};

/// An invoice with exactly these fields, signed, whatever sense it makes.
std::string craft(const std::vector<Field>& fields, const std::string& hrp = "lnbcrt",
                  const payment::SignFn& signer = sign) {
    static constexpr std::string_view alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    bitcoin::Bech32 text;
    text.hrp = hrp;
    text.values = {1, 12, 18, 31, 28, 25, 2};
    for (const auto& field : fields) {
        text.values.push_back(static_cast<std::uint8_t>(alphabet.find(field.type)));
        text.values.push_back(static_cast<std::uint8_t>(field.values.size() >> 5));
        text.values.push_back(static_cast<std::uint8_t>(field.values.size() & 31));
        text.values.insert(text.values.end(), field.values.begin(), field.values.end());
    }
    const auto octets = bitcoin::convert_bits(text.values, 5, 8, true).value();
    const auto signature = signer(crypto::sha256({bytes_of(text.hrp), octets}));
    auto bytes = to_bytes(signature.signature.view());
    bytes.push_back(static_cast<std::uint8_t>(signature.recovery_id));
    const auto values = fives(bytes);
    text.values.insert(text.values.end(), values.begin(), values.end());
    return bitcoin::encode_bech32(text);
}

const Field hash_field{'p', fives(Bytes(32, 1))};
const Field secret_field{'s', fives(Bytes(32, 2))};
const Field words_field{'d', fives(std::string_view("tea"))};

/// The compulsory fields and one or more others.
std::vector<Field> with(const std::vector<Field>& more) {
    std::vector<Field> fields{hash_field, secret_field, words_field};
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
}

Result<Invoice, DecodeError> read(const std::string& text) {
    return payment::decode_invoice(text, &params_of(Network::regtest));
}

std::string outcome(const std::string& text) {
    const auto invoice = read(text);
    return invoice ? "read" : std::string(to_string(invoice.error()));
}

Invoice plain() {
    Invoice invoice;
    invoice.timestamp = UnixTime(1700000000);
    invoice.payment_hash = PaymentHash::from(Bytes(32, 1)).value();
    invoice.payment_secret = secret32_from(Bytes(32, 2)).value();
    invoice.description = std::string("tea");
    invoice.features.demand(wire::Feature::var_onion_optin).demand(wire::Feature::payment_secret);
    invoice.payee = node_key().public_key();
    return invoice;
}

Bytes hint_bytes(std::size_t hops) {
    Bytes out;
    for (std::size_t i = 0; i < hops; ++i) {
        append(out, node_key().public_key().view());
        out.resize(out.size() + 18, static_cast<std::uint8_t>(i));
    }
    return out;
}

}  // namespace

class TestInvoice : public QObject {
    Q_OBJECT
private slots:
    void defaults_and_expiry() {
        const auto invoice = read(craft(with({}))).value();
        QCOMPARE(invoice.expiry_seconds, std::uint64_t{3600});
        QCOMPARE(invoice.min_final_cltv_expiry_delta.raw(), std::uint32_t{18});
        QVERIFY(!invoice.amount && !invoice.payment_metadata && !invoice.names_payee);
        QVERIFY(invoice.features.empty() && !invoice.allows_parts());
        QCOMPARE(invoice.payee.hex(), node_key().public_key().hex());
        const auto last = invoice.timestamp.raw() + 3600;
        QVERIFY(!invoice.is_expired(UnixTime(last)));
        QVERIFY(invoice.is_expired(UnixTime(last + 1)));
        QVERIFY(!invoice.is_expired(UnixTime(0)));
        // The largest expiry that is read; nothing wraps.
        const auto late = read(craft(with({{'x', Values(12, 31)}}))).value();
        QCOMPARE(late.expiry_seconds, (std::uint64_t{1} << 60) - 1);
        QVERIFY(!late.is_expired(UnixTime(std::int64_t{1} << 59)));
        QVERIFY(late.is_expired(UnixTime(INT64_MAX)));
        Invoice odd = plain();
        odd.expiry_seconds = UINT64_MAX;
        QCOMPARE(odd.expires_at().raw(), INT64_MAX);
    }

    void the_scheme_may_stand_before_it_in_any_case() {
        const auto text = craft(with({}));
        std::string upper = text;
        for (auto& c : upper) c = static_cast<char>(std::toupper(c));
        for (const auto& form : {"lightning:" + text, "LIGHTNING:" + upper, "Lightning:" + text,
                                 "lightning:" + upper, upper}) {
            QCOMPARE(outcome(form), std::string("read"));
        }
        QVERIFY(outcome("lightning:") != "read");
        QVERIFY(outcome("lightning:lightning:" + text) != "read");
        QVERIFY(outcome("bitcoin:" + text) != "read");
        QVERIFY(outcome("") != "read");
    }

    void amounts_are_exact_or_refused() {
        const std::pair<const char*, std::uint64_t> good[] = {
            {"1", 100'000'000'000},
            {"21000000", 2'100'000'000'000'000'000},
            {"1m", 100'000'000},
            {"25000u", 2'500'000'000},
            {"1u", 100'000},
            {"1n", 100},
            {"10p", 1},
            {"9678785340p", 967'878'534},
            {"2100000000000000000n", 0},
            {"10000n", 1'000'000},
        };
        for (const auto& [amount, msat] : good) {
            const auto invoice = read(craft(with({}), std::string("lnbcrt") + amount));
            if (msat == 0) {
                QCOMPARE(invoice.error(), DecodeError::too_large);
                continue;
            }
            QVERIFY2(invoice.has_value(), amount);
            QCOMPARE(invoice->amount->raw(), msat);
        }
        const std::pair<const char*, const char*> bad[] = {
            {"1p", "bad_value"},
            {"11p", "bad_value"},
            {"0", "bad_value"},
            {"0u", "bad_value"},
            {"01u", "bad_value"},
            {"1x", "bad_value"},
            {"1mu", "bad_value"},
            {"1.5m", "bad_value"},
            {"21000001", "too_large"},
            {"21000000000000000010p", "too_large"},
            {"99999999999999999999999999999u", "too_large"},
            {"9999999999999999999n", "too_large"},
            {"1k", "bad_value"},
            // What is no number belongs to the prefix.
            {"m", "bad_prefix"},
            {"p", "bad_prefix"},
            {"x", "bad_prefix"},
            {"-1", "bad_prefix"},
        };
        for (const auto& [amount, error] : bad) {
            QCOMPARE(outcome(craft(with({}), std::string("lnbcrt") + amount)), std::string(error));
        }
    }

    void amounts_are_written_in_the_shortest_form() {
        const std::pair<std::uint64_t, const char*> rows[] = {
            {1, "10p"},
            {100, "1n"},
            {1000, "10n"},
            {100'000, "1u"},
            {250'000'000, "2500u"},
            {2'500'000'000, "25m"},
            {100'000'000'000, "1"},
            {967'878'534, "9678785340p"},
            {2'099'999'999'999'999'999, "20999999999999999990p"},
        };
        for (const auto& [msat, form] : rows) {
            auto invoice = plain();
            invoice.amount = Msat(msat);
            const auto text = payment::encode_invoice(invoice, sign).value();
            QCOMPARE(text.substr(0, text.rfind('1')), std::string("lnbcrt") + form);
            if (msat < 1'000'000'000'000'000'000) QCOMPARE(read(text)->amount->raw(), msat);
        }
    }

    void each_network_has_its_prefix() {
        for (const auto network : {Network::mainnet, Network::testnet4, Network::signet,
                                   Network::regtest, Network::practice}) {
            for (const bool with_amount : {false, true}) {
                auto invoice = plain();
                invoice.network = network;
                if (with_amount) invoice.amount = Msat(2'000'000'000);
                const auto text = payment::encode_invoice(invoice, sign).value();
                const auto& params = params_of(network);
                QCOMPARE(text.substr(0, 2 + params.invoice_hrp.size()),
                         "ln" + std::string(params.invoice_hrp));
                QVERIFY(payment::decode_invoice(text, &params).value() == invoice);
                QCOMPARE(payment::decode_invoice(text, nullptr)->network, network);
                const auto& other =
                    params_of(network == Network::signet ? Network::testnet4 : Network::signet);
                QCOMPARE(payment::decode_invoice(text, &other).error(), DecodeError::wrong_network);
            }
        }
        for (const auto* hrp : {"ln", "lnx", "lnxyz20m", "lnbcr", "bc", "lbc", "lntbst", "lno"}) {
            QCOMPARE(outcome(craft(with({}), hrp)), std::string("bad_prefix"));
        }
    }

    void compulsory_fields() {
        QCOMPARE(outcome(craft({secret_field, words_field})), std::string("missing_field"));
        QCOMPARE(outcome(craft({hash_field, words_field})), std::string("missing_field"));
        QCOMPARE(outcome(craft({hash_field, secret_field})), std::string("bad_value"));
        const Field hashed{'h', fives(Bytes(32, 3))};
        QCOMPARE(outcome(craft(with({hashed}))), std::string("bad_value"));
        const auto invoice = read(craft({hash_field, secret_field, hashed})).value();
        QCOMPARE(std::get<Hash256>(invoice.description).hex(), to_hex(Bytes(32, 3)));
        // A field of the wrong size is as if it were not there.
        QCOMPARE(outcome(craft({{'p', Values(51, 0)}, secret_field, words_field})),
                 std::string("missing_field"));
        QCOMPARE(outcome(craft({hash_field, {'s', Values(53, 0)}, words_field})),
                 std::string("missing_field"));
        QCOMPARE(outcome(craft(
                     with({{'h', Values(53, 0)}, {'n', Values(52, 0)}, {'n', Values(54, 0)}}))),
                 std::string("read"));
    }

    void the_first_of_a_kind_counts() {
        const auto invoice = read(craft(with({{'p', fives(Bytes(32, 7))},
                                              {'s', fives(Bytes(32, 8))},
                                              {'x', {2}},
                                              {'x', {3}},
                                              {'c', {4}},
                                              {'c', {5}},
                                              {'m', fives(Bytes(2, 6))},
                                              {'m', fives(Bytes(3, 7))},
                                              {'d', fives(std::string_view("coffee"))},
                                              {'9', {8, 0}},
                                              {'9', {1, 0, 0, 0}}})));
        QVERIFY(invoice.has_value());
        QCOMPARE(invoice->payment_hash.hex(), to_hex(Bytes(32, 1)));
        QCOMPARE(to_hex(invoice->payment_secret.reveal()), to_hex(Bytes(32, 2)));
        QCOMPARE(std::get<std::string>(invoice->description), std::string("tea"));
        QCOMPARE(invoice->expiry_seconds, std::uint64_t{2});
        QCOMPARE(invoice->min_final_cltv_expiry_delta.raw(), std::uint32_t{4});
        QCOMPARE(to_hex(*invoice->payment_metadata), std::string("0606"));
        QCOMPARE(invoice->features.to_string(), std::string("8"));
    }

    void numbers_are_minimal_and_bounded() {
        for (const char type : {'x', 'c', '9'}) {
            QCOMPARE(outcome(craft(with({{type, {0, 16}}}))), std::string("not_minimal"));
            QCOMPARE(outcome(craft(with({{type, {0}}}))), std::string("not_minimal"));
            QCOMPARE(outcome(craft(with({{type, {}}}))), std::string("read"));
        }
        QCOMPARE(read(craft(with({{'x', {}}})))->expiry_seconds, std::uint64_t{0});
        QCOMPARE(outcome(craft(with({{'x', Values(13, 1)}}))), std::string("too_large"));
        QCOMPARE(outcome(craft(with({{'c', {4, 0, 0, 0, 0, 0, 0}}}))), std::string("too_large"));
        QCOMPARE(read(craft(with({{'c', {3, 31, 31, 31, 31, 31, 31}}})))
                     ->min_final_cltv_expiry_delta.raw(),
                 UINT32_MAX);
    }

    void descriptions_are_utf8() {
        const std::pair<const char*, bool> rows[] = {
            {"", true},    {"c3a9", true},  {"f09f8d95", true}, {"00", true},        {"ff", false},
            {"c3", false}, {"c0af", false}, {"eda080", false},  {"f4908080", false}, {"80", false},
        };
        for (const auto& [bytes, valid] : rows) {
            const auto text =
                craft({hash_field, secret_field, {'d', fives(from_hex(bytes).value())}});
            QCOMPARE(outcome(text), std::string(valid ? "read" : "bad_value"));
        }
    }

    void padding_must_be_zero_and_short() {
        auto padded = hash_field;
        padded.values.back() |= 1;
        QCOMPARE(outcome(craft({padded, secret_field, words_field})), std::string("bad_value"));
        auto longer = words_field;
        longer.values.push_back(0);
        QCOMPARE(outcome(craft({hash_field, secret_field, longer})), std::string("bad_value"));
    }

    void fields_may_not_reach_into_the_signature() {
        auto fields = with({{'d', Values(10, 0)}});
        // The length of the last field says more than there is; the signature is that of the
        // shorter data.
        bitcoin::Bech32 text = bitcoin::decode_bech32(craft(fields), 8192).value();
        const auto length_at = text.values.size() - 104 - 10 - 1;
        text.values[length_at] = 11;
        QCOMPARE(outcome(bitcoin::encode_bech32(text)), std::string("truncated"));
        text.values.resize(110);
        QCOMPARE(outcome(bitcoin::encode_bech32(text)), std::string("truncated"));
        text.values.resize(111);
        QVERIFY(outcome(bitcoin::encode_bech32(text)) != "truncated");
    }

    void features_we_lack_are_named() {
        const auto invoice = [](std::initializer_list<std::size_t> bits) {
            auto out = plain();
            out.features = {};
            for (const auto bit : bits) out.features.set_bit(bit);
            return payment::encode_invoice(out, sign);
        };
        std::optional<std::size_t> bit;
        QVERIFY(
            payment::decode_invoice(invoice({8, 14, 17, 25, 49, 99, 1001}).value(), nullptr, &bit)
                .has_value());
        QVERIFY(
            payment::decode_invoice(invoice({8, 14, 16, 48}).value(), nullptr, &bit).has_value());
        QVERIFY(!bit.has_value());
        QCOMPARE(payment::decode_invoice(invoice({8, 14, 24, 30}).value(), nullptr, &bit).error(),
                 DecodeError::unsupported);
        QCOMPARE(*bit, std::size_t{24});
        QCOMPARE(outcome(invoice({5000}).value()), std::string("unsupported"));
        QCOMPARE(invoice({51}).error(), InvoiceError::bad_features);  // zeroconf without scid_alias
        QCOMPARE(invoice({9999}).error(), InvoiceError::bad_features);
        QCOMPARE(outcome(craft(with({{'9', {2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}}))),
                 std::string("unsupported"));
    }

    void the_signature_is_checked() {
        const auto text = craft(with({}));
        auto data = bitcoin::decode_bech32(text, 8192).value();
        // Another recovery id finds another key, or none, but never ours.
        for (std::uint8_t id = 0; id < 32; ++id) {
            auto other = data;
            other.values.back() = id;
            const auto invoice = read(bitcoin::encode_bech32(other));
            if (id > 3)
                QCOMPARE(outcome(bitcoin::encode_bech32(other)), std::string("bad_signature"));
            if (id != data.values.back() && invoice)
                QVERIFY(invoice->payee != node_key().public_key());
        }
        // What is signed changes: a named payee notices.
        auto named = plain();
        named.names_payee = true;
        const auto good = payment::encode_invoice(named, sign).value();
        QVERIFY(read(good).value() == named);
        auto changed = bitcoin::decode_bech32(good, 8192).value();
        changed.values[3] ^= 1;
        QCOMPARE(outcome(bitcoin::encode_bech32(changed)), std::string("bad_signature"));
        // Somebody else names us.
        const auto thief = [](const Hash256& digest) {
            return crypto::sign_recoverable(
                crypto::PrivateKey::from(secret32_from(Bytes(32, 0x22)).value()).value(), digest);
        };
        QCOMPARE(outcome(payment::encode_invoice(named, thief).value()),
                 std::string("bad_signature"));
        QCOMPARE(outcome(craft(with({{'n', fives(Bytes(33, 5))}}))), std::string("bad_point"));
        // Bech32m is another format.
        auto m = data;
        m.kind = bitcoin::Bech32Kind::bech32m;
        QCOMPARE(outcome(bitcoin::encode_bech32(m)), std::string("bad_checksum"));
    }

    void any_changed_letter_is_noticed() {
        const auto text = craft(with({}), "lnbcrt25m");
        for (std::size_t at = 0; at < text.size(); ++at) {
            auto other = text;
            other[at] = other[at] == 'q' ? 'p' : 'q';
            if (other == text) continue;
            QVERIFY(outcome(other) != "read");
            QVERIFY(outcome(text.substr(0, at)) != "read");
        }
    }

    void fallbacks_nobody_should_pay_to_are_passed_over() {
        const auto fallback = [](std::uint8_t version, std::size_t size) {
            Values values{version};
            const auto program = fives(Bytes(size, 4));
            values.insert(values.end(), program.begin(), program.end());
            return Field{'f', values};
        };
        const auto invoice = read(craft(with({fallback(19, 20),
                                              fallback(31, 32),
                                              fallback(17, 19),
                                              fallback(18, 32),
                                              fallback(0, 21),
                                              fallback(1, 20),
                                              fallback(2, 41),
                                              fallback(3, 1),
                                              {'f', {}},
                                              {'f', {0}},
                                              fallback(1, 32),
                                              fallback(0, 20),
                                              fallback(17, 20),
                                              fallback(18, 20),
                                              fallback(0, 32)})))
                                 .value();
        const Bytes twenty(20, 4);
        const std::vector<bitcoin::Script> expected{
            bitcoin::p2tr(crypto::XOnlyKey::from(Bytes(32, 4)).value()),
            bitcoin::p2wpkh(Hash160::from(twenty).value()),
            bitcoin::p2pkh(Hash160::from(twenty).value()),
            bitcoin::p2sh(Hash160::from(twenty).value()),
            from_hex("0020" + to_hex(Bytes(32, 4))).value()};
        QVERIFY(invoice.fallbacks == expected);
    }

    void route_hints_must_be_whole() {
        QCOMPARE(read(craft(with({{'r', fives(hint_bytes(2))}, {'r', fives(hint_bytes(12))}})))
                     ->route_hints.size(),
                 std::size_t{2});
        QCOMPARE(outcome(craft(with({{'r', {}}}))), std::string("bad_value"));
        auto cut = hint_bytes(2);
        cut.pop_back();
        QCOMPARE(outcome(craft(with({{'r', fives(cut)}}))), std::string("bad_value"));
        auto no_point = hint_bytes(1);
        no_point[0] = 9;
        QCOMPARE(outcome(craft(with({{'r', fives(no_point)}}))), std::string("bad_point"));
    }

    void an_oversized_text_is_refused() {
        QCOMPARE(outcome(std::string(payment::max_invoice_length + 1, 'q')),
                 std::string("too_large"));
        QCOMPARE(outcome(std::string(50'000'000, 'q')), std::string("too_large"));
        std::vector<Field> many;
        for (int i = 0; i < 8; ++i) many.push_back({'q', Values(1000, 31)});
        QCOMPARE(outcome(craft(with(many))), std::string("too_large"));
        many.pop_back();
        QCOMPARE(read(craft(with(many)))->unknown.size(), std::size_t{7});
    }

    void what_cannot_be_written_is_refused() {
        const auto refused = [](auto change) {
            auto invoice = plain();
            change(invoice);
            const auto text = payment::encode_invoice(invoice, sign);
            return text ? -1 : static_cast<int>(text.error());
        };
        const auto is = [](InvoiceError error) { return static_cast<int>(error); };
        QCOMPARE(refused([](Invoice&) {}), -1);
        QCOMPARE(refused([](Invoice& i) { i.amount = Msat(0); }), is(InvoiceError::zero_amount));
        QCOMPARE(refused([](Invoice& i) { i.amount = Msat(UINT64_MAX); }),
                 is(InvoiceError::amount_too_large));
        QCOMPARE(refused([](Invoice& i) { i.timestamp = UnixTime(-1); }),
                 is(InvoiceError::bad_timestamp));
        QCOMPARE(refused([](Invoice& i) { i.timestamp = UnixTime(std::int64_t{1} << 35); }),
                 is(InvoiceError::bad_timestamp));
        QCOMPARE(refused([](Invoice& i) { i.timestamp = UnixTime((std::int64_t{1} << 35) - 1); }),
                 -1);
        QCOMPARE(refused([](Invoice& i) { i.expiry_seconds = std::uint64_t{1} << 60; }),
                 is(InvoiceError::expiry_too_large));
        QCOMPARE(refused([](Invoice& i) { i.description = std::string(639, 'a'); }), -1);
        QCOMPARE(refused([](Invoice& i) { i.description = std::string(640, 'a'); }),
                 is(InvoiceError::description_too_long));
        QCOMPARE(refused([](Invoice& i) { i.description = std::string("\xff"); }),
                 is(InvoiceError::description_not_utf8));
        QCOMPARE(refused([](Invoice& i) { i.payment_metadata = Bytes(640); }),
                 is(InvoiceError::metadata_too_long));
        QCOMPARE(refused([](Invoice& i) { i.fallbacks = {{}}; }), is(InvoiceError::bad_fallback));
        QCOMPARE(refused([](Invoice& i) { i.fallbacks = {from_hex("6a0101").value()}; }),
                 is(InvoiceError::bad_fallback));
        QCOMPARE(refused([](Invoice& i) { i.route_hints = {{}}; }),
                 is(InvoiceError::bad_route_hint));
        payment::HintHop hop;
        hop.node_id = node_key().public_key();
        QCOMPARE(refused([&](Invoice& i) { i.route_hints = {payment::RouteHint(12, hop)}; }), -1);
        QCOMPARE(refused([&](Invoice& i) { i.route_hints = {payment::RouteHint(13, hop)}; }),
                 is(InvoiceError::bad_route_hint));
        hop.fee_base_msat = Msat(std::uint64_t{1} << 32);
        QCOMPARE(refused([&](Invoice& i) { i.route_hints = {{hop}}; }),
                 is(InvoiceError::bad_route_hint));
        hop.fee_base_msat = Msat(0);
        hop.cltv_expiry_delta = BlockDelta(65536);
        QCOMPARE(refused([&](Invoice& i) { i.route_hints = {{hop}}; }),
                 is(InvoiceError::bad_route_hint));
        QCOMPARE(refused([](Invoice& i) {
                     i.unknown = {{1, {}}};
                 }),
                 is(InvoiceError::bad_unknown_field));
        QCOMPARE(refused([](Invoice& i) {
                     i.unknown = {{0, {32}}};
                 }),
                 is(InvoiceError::bad_unknown_field));
        QCOMPARE(refused([](Invoice& i) {
                     i.unknown = {{0, Values(1024, 0)}};
                 }),
                 is(InvoiceError::bad_unknown_field));
        QCOMPARE(refused([](Invoice& i) {
                     i.unknown.assign(8, {0, Values(1023, 0)});
                 }),
                 is(InvoiceError::too_long));
    }

    void random_invoices_survive() {
        std::mt19937 dice(11);
        const auto below = [&](std::uint64_t limit) {
            return std::uniform_int_distribution<std::uint64_t>(0, limit - 1)(dice);
        };
        const auto some = [&](std::size_t size) {
            Bytes out(size);
            for (auto& byte : out) byte = static_cast<std::uint8_t>(dice());
            return out;
        };
        for (int round = 0; round < 200; ++round) {
            Invoice invoice;
            invoice.network = static_cast<Network>(below(5));
            if (below(2)) invoice.amount = Msat(1 + below(std::uint64_t{1} << below(60)));
            invoice.timestamp = UnixTime(static_cast<std::int64_t>(below(std::uint64_t{1} << 35)));
            invoice.payment_hash = PaymentHash::from(some(32)).value();
            invoice.payment_secret = secret32_from(some(32)).value();
            if (below(2)) {
                invoice.description = std::string(below(640), 'x');
            } else {
                invoice.description = Hash256::from(some(32)).value();
            }
            if (below(2)) invoice.payment_metadata = some(below(640));
            invoice.expiry_seconds = below(std::uint64_t{1} << below(60));
            invoice.min_final_cltv_expiry_delta =
                BlockDelta(static_cast<std::uint32_t>(below(std::uint64_t{1} << 32)));
            for (auto n = below(3); n > 0; --n) {
                switch (below(4)) {
                    case 0:
                        invoice.fallbacks.push_back(
                            bitcoin::p2pkh(Hash160::from(some(20)).value()));
                        break;
                    case 1:
                        invoice.fallbacks.push_back(bitcoin::p2sh(Hash160::from(some(20)).value()));
                        break;
                    case 2: invoice.fallbacks.push_back(bitcoin::p2wsh(some(30))); break;
                    default:
                        invoice.fallbacks.push_back(
                            bitcoin::ScriptBuilder().number(2).push(some(2 + below(39))).take());
                }
            }
            for (auto n = below(4); n > 0; --n) {
                payment::RouteHint hint;
                for (auto hops = 1 + below(3); hops > 0; --hops) {
                    hint.push_back({node_key().public_key(), ShortChannelId(below(UINT64_MAX)),
                                    Msat(below(UINT32_MAX)),
                                    static_cast<std::uint32_t>(below(UINT32_MAX)),
                                    BlockDelta(static_cast<std::uint32_t>(below(65536)))});
                }
                invoice.route_hints.push_back(hint);
            }
            for (auto n = below(5); n > 0; --n) invoice.features.set_bit(100 + 2 * below(500) + 1);
            if (below(2))
                invoice.features.offer(wire::Feature::basic_mpp)
                    .demand(wire::Feature::payment_secret);
            invoice.payee = node_key().public_key();
            invoice.names_payee = below(2) == 1;
            for (auto n = below(3); n > 0; --n)
                invoice.unknown.push_back({2, Values(below(40), 7)});
            const auto text = payment::encode_invoice(invoice, sign);
            QVERIFY(text.has_value());
            const auto again = payment::decode_invoice(*text, &params_of(invoice.network));
            QVERIFY(again.has_value());
            QVERIFY(*again == invoice);
        }
    }
};

RUNNEL_TEST(TestInvoice)
#include "test_invoice.moc"
