// tests/golden/stored/vN/*.hex: channels as version N wrote them. They must be read for ever, and
// as long as N is what we write, written again to the same bytes. RUNNEL_GOLDEN_UPDATE=1 adds
// states that are missing; it never changes a file that is there.
//   v1  the first
//   v2  closes by agreement say since when they wait for the peer
//   v3  a funding transaction of ours may have a rival; a close that is settled is still
//   remembered; no list of signed closes
//   v4  what is known of the age of a commitment of ours that is published
//   v5  a close that both signed keeps what is said again to a peer that comes back; one that was
//   being agreed on says so
//
// A file has lines: the state's name, the channel record, then one line an HTLC row (key, space,
// value); all hex but the name.
#include "tests/support/test_main.h"

#include "tests/golden/worlds.h"

#include <QDir>
#include <QFile>

#include <set>

using namespace runnel;
using namespace runnel::channel;
using namespace runnel::literals;
using runnel::test::Half;
using runnel::test::Pair;

namespace {

const QString newest = "v5";

bitcoin::Transaction some_transaction(std::uint8_t n) {
    bitcoin::Transaction tx;
    tx.inputs.emplace_back();
    tx.inputs[0].previous.txid.raw().fill(n);
    tx.inputs[0].witness = {Bytes(71, n), Bytes(33, n)};
    tx.outputs = {{Sat(10'000U + n), test::wallet_script(n)}};
    tx.lock_time = n;
    return tx;
}

/// HTLCs in as many stages as one moment can have, seen from the funder.
void mid_dance(Pair& pair) {
    test::busy(pair);
    pair.add(pair.a, 10'000'000_msat, 3);
    pair.a.flush();                       // add_signed
    pair.add(pair.a, 5'000'000_msat, 4);  // add_proposed
    pair.fulfill(pair.a, HtlcId(0), 2);   // remove_proposed
    pair.add(pair.b, 6'000'000_msat, 5);
    pair.wire_fail(pair.b, HtlcId(0));
    pair.b.flush();
    while (!pair.b.wire.empty()) pair.deliver(pair.b);  // add_acked, remove_acked
    pair.add(pair.b, 1'000'000_msat, 6);
    pair.deliver(pair.b);  // add_proposed, theirs
}
void mid_dance_later(Pair& pair) {
    test::busy(pair);
    pair.add(pair.b, 6'000'000_msat, 5);
    pair.b.wire.push_back(
        fail_malformed_htlc(*pair.b.channel, HtlcId(0), Hash256{}, 0xc005).value());
    pair.b.flush();
    while (!pair.b.wire.empty()) pair.deliver(pair.b);
    pair.fulfill(pair.a, HtlcId(0), 2);
    pair.a.wire.push_back(update_fee(*pair.a.channel, FeeratePerKw(1'300)).value());
    pair.a.flush();  // add_ack_signed, remove_signed, remove_ack_signed, a feerate signed
    pair.a.wire.push_back(update_fee(*pair.a.channel, FeeratePerKw(1'400)).value());
}

Funded& funded(Half& half) { return *funded_of(half.channel->state); }

/// Every stored state, with every optional part there somewhere.
std::vector<test::World> stored_worlds() {
    std::vector<test::World> out;
    for (const auto& world : test::worlds()) {
        if (world.name.find("reestablish") != std::string::npos ||
            world.name.find("offline") != std::string::npos)
            continue;
        out.push_back(world);
    }
    out.push_back({"awaiting_confirmation (ready came early)", [](Pair& p) {
                       p.agree();
                       p.confirm(p.b);
                       p.deliver(p.b);
                   }});
    out.push_back({"normal (mid-dance)", mid_dance});
    out.push_back({"normal (mid-dance, fundee)", mid_dance, false});
    out.push_back({"normal (later in the dance)", mid_dance_later});
    out.push_back({"normal (public)", [](Pair& p) {
                       auto request = test::usual_request();
                       request.announce = true;
                       request.upfront_shutdown = test::wallet_script(7);
                       p.open(request);
                       wire::AnnouncementSignatures signatures;
                       signatures.channel_id = p.a.channel->id;
                       signatures.short_channel_id = ShortChannelId(5);
                       funded(p.a).their_announcement = signatures;
                       wire::ChannelUpdate update;
                       update.short_channel_id = ShortChannelId(5);
                       update.message_flags = wire::message_flag_must_be_one;
                       update.htlc_maximum_msat = 900'000'000_msat;
                       funded(p.a).their_update = update;
                   }});
    out.push_back(
        {"closing (ours, with claims)", [](Pair& p) {
             mid_dance(p);
             (void)force_close(*p.a.channel, "HTLC 1 of ours expired", p.a.context()).value();
             auto& closing = std::get<Closing>(p.a.channel->state);
             const auto& params = closing.funded.params();
             const auto& tx = std::get<OurCommitPublished>(closing.cause).tx;
             closing.spends.push_back({params.funding,
                                       std::make_shared<const bitcoin::Transaction>(tx),
                                       BlockHeight(222)});
             closing.claims.push_back(
                 {some_transaction(3), BlockHeight(333), {some_transaction(4)}});
             closing.claims.push_back({some_transaction(5), BlockHeight(0), {}});
             closing.preimages.push_back(test::test_preimage(2));
         }});
    out.push_back({"closing (ours, at a risk)", [](Pair& p) {
                       test::busy(p);
                       (void)force_close(*p.a.channel, "asked to", p.a.context()).value();
                       auto& closing = std::get<Closing>(p.a.channel->state);
                       std::get<OurCommitPublished>(closing.cause).age =
                           OurCommitPublished::Age::risked;
                   }});
    out.push_back({"closing (theirs)", [](Pair& p) {
                       test::busy(p);
                       auto moved = std::move(funded(p.a));
                       p.a.channel->state =
                           Closing{std::move(moved), TheirClose{}, BlockHeight(250), {}, {}, {}};
                   }});
    out.push_back({"awaiting_confirmation (funding lost)", [](Pair& p) {
                       p.agree();
                       const auto rival =
                           std::make_shared<const bitcoin::Transaction>(some_transaction(6));
                       funded(p.a).rival = FundingRival{rival, BlockHeight(130), Sat(200)};
                   }});
    out.push_back({"awaiting_confirmation (funding was lost)", [](Pair& p) {
                       p.agree();
                       const auto rival =
                           std::make_shared<const bitcoin::Transaction>(some_transaction(6));
                       funded(p.a).rival = FundingRival{rival, std::nullopt, std::nullopt};
                   }});
    return out;
}

struct Stored {
    std::string name;
    Bytes record;
    std::vector<std::pair<Bytes, Bytes>> rows;
};

Stored stored(const std::string& name, const Channel& channel) {
    Stored out{name, encode_channel(channel), {}};
    if (const Funded* const f = funded_of(channel.state)) {
        for (const auto& entry : f->commitments.htlcs()) {
            out.rows.emplace_back(htlc_key(channel.id, entry.htlc.offered_by, entry.htlc.id),
                                  encode_htlc_row(entry));
        }
    }
    return out;
}

QByteArray text_of(const Stored& stored) {
    auto out = QByteArray::fromStdString(stored.name + "\n" + to_hex(stored.record) + "\n");
    for (const auto& [key, value] : stored.rows)
        out += QByteArray::fromStdString(to_hex(key) + " " + to_hex(value) + "\n");
    return out;
}

Result<Channel, DecodeError> read(const Stored& stored) {
    std::vector<HtlcRow> rows;
    for (const auto& [key, value] : stored.rows) {
        auto row = decode_htlc_row(key, value);
        if (!row) return fail(row.error());
        rows.push_back(*std::move(row));
    }
    return decode_channel(stored.record, rows);
}

QString file_name(const std::string& name) {
    QString out = QString::fromStdString(name);
    out.remove('(').remove(')').remove(',').replace(' ', '_');
    return out + ".hex";
}

}  // namespace

class TestStored : public QObject {
    Q_OBJECT

private slots:
    void what_is_written_now_is_read_now();
    void old_states_load_data();
    void old_states_load();
    void damage_is_noticed();
};

void TestStored::what_is_written_now_is_read_now() {
    const QDir folder(test::tests_dir() + "/golden/stored/" + newest);
    std::set<std::size_t> states;
    std::set<Stage> stages;
    for (const auto& world : stored_worlds()) {
        Pair pair;
        world.make(pair);
        const Channel& channel = *(world.subject_is_funder ? pair.a : pair.b).channel;
        if (!is_stored(channel.state)) continue;
        states.insert(channel.state.index());
        if (const Funded* const f = funded_of(channel.state)) {
            for (const auto& entry : f->commitments.htlcs()) stages.insert(entry.stage);
        }
        const auto now = stored(world.name, channel);
        const auto again = read(now);
        QVERIFY2(again.has_value(), qPrintable(QString::fromStdString(world.name)));
        QVERIFY2(encode_channel(*again) == now.record,
                 qPrintable(QString::fromStdString(world.name)));
        QCOMPARE(again->link, Link::offline);
        QVERIFY(again->id == channel.id && again->peer == channel.peer &&
                again->keys == channel.keys);
        QFile file(folder.filePath(file_name(world.name)));
        if (qEnvironmentVariableIsSet("RUNNEL_GOLDEN_UPDATE") && !file.exists()) {
            QVERIFY(QDir().mkpath(folder.path()));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(text_of(now));
        }
        QVERIFY2(file.exists(), qPrintable(file.fileName()));
    }
    QCOMPARE(states.size(), std::size_t(8));
    QCOMPARE(stages.size(), std::size_t(9));  // every stage that is ever stored
}

void TestStored::old_states_load_data() {
    QTest::addColumn<QString>("version");
    for (const char* const version : {"v1", "v2", "v3", "v4", "v5"})
        QTest::addRow("%s", version) << QString(version);
}

void TestStored::old_states_load() {
    QFETCH(const QString, version);
    QDir folder(test::tests_dir() + "/golden/stored/" + version);
    const auto files = folder.entryList({"*.hex"}, QDir::Files, QDir::Name);
    QVERIFY(files.size() >= 18);
    for (const auto& name : files) {
        QFile file(folder.filePath(name));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto lines = file.readAll().split('\n');
        QVERIFY(lines.size() >= 3);
        Stored was{lines[0].toStdString(), from_hex(lines[1].toStdString()).value(), {}};
        for (qsizetype i = 2; i < lines.size() && !lines[i].isEmpty(); ++i) {
            const auto parts = lines[i].split(' ');
            was.rows.emplace_back(from_hex(parts.at(0).toStdString()).value(),
                                  from_hex(parts.at(1).toStdString()).value());
        }
        const auto channel = read(was);
        QVERIFY2(channel.has_value(), qPrintable(name));
        QVERIFY2(was.name.rfind(std::string(state_name(channel->state)), 0) == 0, qPrintable(name));
        const auto again = stored(was.name, *channel);
        if (version == newest) {
            QVERIFY2(text_of(again) == text_of(was), qPrintable(name));
        } else {
            // Written anew in today's form, it is the same channel.
            const auto moved = read(again);
            QVERIFY2(moved.has_value() && encode_channel(*moved) == again.record, qPrintable(name));
            QVERIFY(again.rows == was.rows);
        }
        // It is alive, not only bytes: its commitment is still the one that was signed.
        const Funded* const f = funded_of(channel->state);
        if (f == nullptr) continue;
        const test::TestSigner signer(name.contains("fundee") ? 2 : 1);
        const auto ours = f->commitments.local_commitment(signer);
        QVERIFY2(!first_bad_signature(f->params(), ours, f->commitments.local_signatures()),
                 qPrintable(name));
    }
}

void TestStored::damage_is_noticed() {
    Pair pair;
    mid_dance(pair);
    const auto good = stored("", *pair.a.channel);
    QVERIFY(read(good).has_value());
    // A missing row, an unknown version or state, a cut-off end, something behind the end: none of
    // it is read as something else.
    auto bad = good;
    bad.rows.pop_back();
    QVERIFY(!read(bad));
    bad = good;
    bad.record[0] = 0;
    QCOMPARE(read(bad).error(), DecodeError::unsupported);
    bad.record[0] = 6;
    QCOMPARE(read(bad).error(), DecodeError::unsupported);
    bad = good;
    bad.rows[0].second[0] = 2;
    QCOMPARE(read(bad).error(), DecodeError::unsupported);
    bad = good;
    bad.record.push_back(0);
    QVERIFY(!read(bad));
    for (std::size_t size = 0; size < good.record.size(); size += 7) {
        bad = good;
        bad.record.resize(size);
        QVERIFY2(!read(bad), qPrintable(QString::number(size)));
    }
}

RUNNEL_TEST(TestStored)
#include "test_stored.moc"
