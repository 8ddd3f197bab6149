// BOLT 1, Appendices A (BigSize), B (TLV) and C (message extension).
#include "core/wire/message.h"
#include "core/wire/tlv.h"
#include "tests/support/vector_file.h"

#include <map>

using namespace runnel;
using namespace runnel::wire;
using runnel::test::hex;
using runnel::test::text;

namespace {

using Fields = std::map<std::string, std::string>;
using Records = std::map<std::uint64_t, Fields>;

std::string decimal(std::uint64_t value) { return std::to_string(value); }

// The two namespaces of the appendix; each gives the fields of a known type, nothing for an unknown
// one.
std::optional<Fields> read_n1(std::uint64_t type, Reader& in) {
    switch (type) {
        case 1: return Fields{{"amount_msat", decimal(in.truncated_uint(8))}};
        case 2: return Fields{{"scid", ShortChannelId(in.u64()).to_string()}};
        case 3: {
            const auto point = in.bytes(33);
            if (in.ok() && !crypto::PublicKey::parse(point)) in.fail(DecodeError::bad_point);
            Fields out{{"node_id", to_hex(point)}};
            out["amount_msat_1"] = decimal(in.u64());
            out["amount_msat_2"] = decimal(in.u64());
            return out;
        }
        case 254: return Fields{{"cltv_delta", decimal(in.u16())}};
        default: return std::nullopt;
    }
}

std::optional<Fields> read_n2(std::uint64_t type, Reader& in) {
    switch (type) {
        case 0: return Fields{{"amount_msat", decimal(in.truncated_uint(8))}};
        case 11: return Fields{{"cltv_expiry", decimal(in.truncated_uint(4))}};
        default: return std::nullopt;
    }
}

Result<Records, DecodeError> read_stream(ByteView stream, const std::string& name) {
    Reader in(stream);
    TlvReader records(in);
    Records out;
    while (const auto record = records.next()) {
        Reader value(record->value);
        auto fields = name == "n1" ? read_n1(record->type, value) : read_n2(record->type, value);
        if (!fields) {
            records.skip_unknown(*record);
            continue;
        }
        value.expect_end();
        if (const auto error = value.error()) records.fail(*error);
        out[record->type] = std::move(*fields);
    }
    return in.finish(std::move(out));
}

Records expected_records(const QJsonArray& records) {
    Records out;
    for (const auto& entry : records) {
        const auto record = entry.toObject();
        Fields fields;
        for (const auto& key : record.keys()) {
            if (key != QLatin1String("type")) fields[key.toStdString()] = text(record[key]);
        }
        out[static_cast<std::uint64_t>(record["type"].toInt())] = fields;
    }
    return out;
}

}  // namespace

class TestBolt1 : public QObject {
    Q_OBJECT

private slots:
    void bigsize_decodes() {
        const auto vectors = test::vector_object("wire/bigsize.json")["decoding"].toArray();
        QCOMPARE(vectors.size(), 18);
        for (const auto& entry : vectors) {
            const auto vector = entry.toObject();
            const Bytes input = hex(vector["bytes"]);
            Reader in(input);
            const auto value = in.bigsize();
            in.expect_end();
            if (vector.contains("error")) {
                QVERIFY(!in.ok());
                QCOMPARE(std::string(to_string(*in.error())), text(vector["error"]));
            } else {
                QVERIFY(in.ok());
                QCOMPARE(std::to_string(value), text(vector["value"]));
            }
        }
    }

    void bigsize_encodes() {
        const auto vectors = test::vector_object("wire/bigsize.json")["encoding"].toArray();
        QCOMPARE(vectors.size(), 8);
        for (const auto& entry : vectors) {
            const auto vector = entry.toObject();
            Writer out;
            out.bigsize(vector["value"].toString().toULongLong());
            QCOMPARE(out.view(), hex(vector["bytes"]));
        }
    }

    void tlv_streams_decode() {
        const auto vectors = test::vector_object("wire/tlv.json")["valid"].toArray();
        QCOMPARE(vectors.size(), 19);
        for (const auto& entry : vectors) {
            const auto vector = entry.toObject();
            for (const auto& name : vector["namespaces"].toArray()) {
                const auto records = read_stream(hex(vector["stream"]), text(name));
                QVERIFY2(records, qPrintable(vector["stream"].toString()));
                QVERIFY2(*records == expected_records(vector["records"].toArray()),
                         qPrintable(vector["stream"].toString()));
            }
        }
    }

    void tlv_streams_are_refused() {
        const auto vectors = test::vector_object("wire/tlv.json")["invalid"].toArray();
        QCOMPARE(vectors.size(), 38);
        for (const auto& entry : vectors) {
            const auto vector = entry.toObject();
            for (const auto& name : vector["namespaces"].toArray()) {
                QVERIFY2(!read_stream(hex(vector["stream"]), text(name)),
                         qPrintable(vector["reason"].toString()));
            }
        }
    }

    // "Any appending of an invalid stream to a valid one should be an error, and a higher-numbered
    // valid stream may follow a lower-numbered one", as the appendix asks without listing the
    // cases.
    void joined_tlv_streams() {
        const auto file = test::vector_object("wire/tlv.json");
        int accepted = 0;
        for (const auto& first : file["valid"].toArray()) {
            const auto a = first.toObject();
            for (const auto& name : a["namespaces"].toArray()) {
                for (const auto& second : file["invalid"].toArray()) {
                    const auto b = second.toObject();
                    if (!b["namespaces"].toArray().contains(name)) continue;
                    Bytes joined = hex(a["stream"]);
                    append(joined, hex(b["stream"]));
                    QVERIFY(!read_stream(joined, text(name)));
                }
                for (const auto& second : file["valid"].toArray()) {
                    const auto b = second.toObject();
                    if (!b["namespaces"].toArray().contains(name)) continue;
                    const Bytes head = hex(a["stream"]);
                    const Bytes tail = hex(b["stream"]);
                    const auto first_records = parse_tlv_stream(head).value();
                    const auto next_records = parse_tlv_stream(tail).value();
                    const bool ascending = first_records.empty() || next_records.empty() ||
                                           first_records.back().type < next_records.front().type;
                    Bytes joined = head;
                    append(joined, tail);
                    QCOMPARE(read_stream(joined, text(name)).has_value(), ascending);
                    accepted += ascending ? 1 : 0;
                }
            }
        }
        QVERIFY(accepted > 50);
    }

    void init_extensions() {
        const auto file = test::vector_object("wire/init_extension.json");
        const auto valid = file["valid"].toArray();
        QCOMPARE(valid.size(), 2);
        for (const auto& entry : valid) {
            const auto message = decode(hex(entry));
            QVERIFY(message);
            QVERIFY(*message == Message(Init{}));
        }
        const auto invalid = file["invalid"].toArray();
        QCOMPARE(invalid.size(), 3);
        for (const auto& entry : invalid) {
            QVERIFY2(!decode(hex(entry.toObject()["message"])),
                     qPrintable(entry.toObject()["why"].toString()));
        }
    }
};

RUNNEL_TEST(TestBolt1)
#include "test_bolt1.moc"
