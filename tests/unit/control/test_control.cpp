// The control socket from end to end: a hand-made NodeApi behind a ControlServer on a thread of its
// own, a ControlClient before it.
#include "app/control/client.h"
#include "app/control/sentences.h"
#include "app/control/server.h"
#include "app/control/socket_path.h"
#include "tests/support/test_main.h"

#include <QTemporaryDir>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <sys/stat.h>
#include <chrono>
#include <future>
#include <thread>

using namespace runnel;
using namespace runnel::literals;
namespace asio = boost::asio;
namespace json = boost::json;

namespace {

crypto::PublicKey key_of(std::uint8_t n) {
    Secret32 secret;
    secret.reveal()[31] = n;
    return crypto::PrivateKey::from(secret)->public_key();
}

/// Remembers what was asked and answers what it is told.
class FakeNode final : public api::NodeApi {
public:
    FakeNode() {
        auto picture = std::make_shared<api::Snapshot>();
        picture->node_id = key_of(1);
        picture->chain = {true, true, BlockHeight(123), {}, 600};
        picture->balance.onchain = 5000_sat;
        picture->peers = {{key_of(2), "127.0.0.1", 9735, true, "0,8"},
                          {key_of(3), "", 0, false, ""}};
        api::ChannelView channel;
        channel.channel_id.raw()[0] = 7;
        channel.peer = key_of(2);
        channel.state = "normal";
        channel.usable = channel.online = true;
        channel.short_channel_id = ShortChannelId::make(120, 1, 0);
        channel.funding.txid.raw()[0] = 1;
        channel.capacity = 100'000_sat;
        channel.ours = 60'000'123_msat;
        channel.htlcs.push_back({true, 4, 1'000_msat, {}, BlockHeight(200), "offered"});
        picture->channels = {channel};
        m_picture = picture;
    }
    api::SnapshotPtr snapshot() const override { return m_picture; }
    void post(api::Command command, api::OnAnswer answer) override {
        commands.push_back(command);
        if (silent) {
            unanswered.push_back(std::move(answer));
        } else {
            answer(reply);
        }
    }
    Result<api::Inspection, api::Problem> inspect(const std::string& text,
                                                  const std::optional<Msat>&) const override {
        if (text == "address") {
            api::Inspection sent;
            sent.kind = "bitcoin";
            sent.onchain.emplace();
            sent.onchain->sent.emplace();
            sent.onchain->sent->amount = 20'000_sat;
            sent.onchain->sent->when = UnixTime(1'700'000'000);
            return sent;
        }
        if (text != "good")
            return fail(api::Problem{api::ProblemKind::malformed, {{"cause", "bad_checksum"}}});
        api::Inspection out;
        out.kind = "bolt11";
        out.amount = 5_msat;
        out.payee = key_of(2);
        out.route_hints = {{{key_of(3), *ShortChannelId::make(1, 2, 3), 1, 2, 3}}};
        out.fallback_scripts = {"51"};
        out.names_payee = true;
        out.unknown_fields = {{'2', "qqq"}};
        return out;
    }
    Result<api::OpenQuote, api::Problem> quote(const api::AskOpen&) const override {
        return fail(api::Problem{api::ProblemKind::busy, {}});
    }
    Result<api::CloseQuote, api::Problem> quote(const api::AskClose&) const override {
        return fail(api::Problem{api::ProblemKind::busy, {}});
    }
    Result<api::SendQuote, api::Problem> quote(const api::AskSend& ask) const override {
        if (ask.address != "bcrt1x") return fail(api::Problem{api::ProblemKind::not_synced, {}});
        api::SendQuote out{ask.amount.value_or(900'000_sat),
                           282_sat,
                           ask.feerate.value_or(FeeratePerKw(506)),
                           60'000_sat,
                           50'000_sat,
                           {}};
        if (!ask.amount) out.kept_parts = {{50'000_sat, "anchor_reserve"}, {10'000_sat, "opening"}};
        out.hurried = !ask.feerate;
        return out;
    }
    std::shared_ptr<void> observe(api::OnPicture) override { return nullptr; }
    std::vector<api::PaymentView> payments(const api::ListRequest& request) const override {
        std::vector<api::PaymentView> out;
        for (std::uint64_t n = request.cursor.value_or(6) - 1; n > 0 && out.size() < request.limit;
             --n) {
            api::PaymentView payment;
            payment.sequence = n;
            if (n == 4) payment.expires = UnixTime(1'700'003'600);
            out.push_back(payment);
        }
        return out;
    }
    std::optional<api::PaymentView> payment(const PaymentHash& hash) const override {
        if (!hash.is_zero()) return std::nullopt;
        api::PaymentView out;
        out.status = api::PaymentStatus::paid;
        out.preimage.emplace();
        return out;
    }
    std::vector<api::TransactionView> transactions(const api::ListRequest& request) const override {
        std::vector<api::TransactionView> out;
        for (std::uint64_t n = request.cursor.value_or(3) - 1; n > 0 && out.size() < request.limit;
             --n) {
            api::TransactionView tx;
            tx.txid.raw()[0] = static_cast<std::uint8_t>(n);
            tx.net_sat = n == 2 ? -5'000 : 10'000;
            if (n == 2) tx.fee = 141_sat;
            if (n == 1) tx.height = BlockHeight(120);
            tx.first_seen = UnixTime(1'700'000'000);
            tx.purpose = n == 2 ? "send" : "receive";
            tx.sequence = n;
            out.push_back(tx);
        }
        return out;
    }
    std::shared_ptr<void> subscribe(api::OnNotice on_notice) override {
        auto listener = std::make_shared<api::OnNotice>(std::move(on_notice));
        listeners.push_back(listener);
        return listener;
    }
    std::size_t tell(const api::Notice& notice) {
        std::size_t count = 0;
        for (const auto& weak : listeners) {
            if (const auto listener = weak.lock()) {
                ++count;
                (*listener)(notice);
            }
        }
        return count;
    }

    std::vector<api::Command> commands;
    std::vector<api::OnAnswer> unanswered;
    std::vector<std::weak_ptr<api::OnNotice>> listeners;
    api::CommandResult reply = api::Answer(api::Disconnected{});
    bool silent = false;

private:
    api::SnapshotPtr m_picture;
};

/// A node's thread with its server.
class Running {
public:
    explicit Running(std::filesystem::path where = {}, std::size_t most_clients = 64,
                     bool in_window = false) {
        directory = where.empty() ? std::filesystem::path(m_temporary.path().toStdString())
                                  : std::move(where);
        std::filesystem::create_directories(directory);
        control::ControlServer::Options options;
        options.directory = directory;
        options.version = "1.2.3";
        options.most_clients = most_clients;
        options.most_unwritten = 1 << 20;
        if (!in_window) options.on_stop = [this] { ++stops; };
        auto opened = control::ControlServer::open(m_io, node, std::move(options));
        if (!opened) qFatal("no socket");
        m_server = std::move(*opened);
        m_thread = std::thread([this] { m_io.run(); });
    }
    ~Running() { end(); }
    template <typename F>
    auto on_thread(F f) {
        std::packaged_task<decltype(f())()> task(std::move(f));
        auto result = task.get_future();
        asio::post(m_io, [&task] { task(); });
        return result.get();
    }
    void end() {
        if (!m_thread.joinable()) return;
        on_thread([this] {
            m_server.reset();
            return 0;
        });
        m_work.reset();
        m_thread.join();
    }
    void say_stopped() {
        on_thread([this] {
            m_server->say_stopped();
            return 0;
        });
    }
    void answer(api::CommandResult result) {
        on_thread([&] {
            node.reply = std::move(result);
            return 0;
        });
    }
    api::Command last_command() {
        return on_thread([&] { return node.commands.back(); });
    }
    control::Outcome ask(const std::string& method, json::object params = {}) {
        auto client = control::ControlClient::connect(directory);
        if (!client) return fail(client.error());
        return (*client)->call(method, std::move(params));
    }

    FakeNode node;
    std::filesystem::path directory;
    std::atomic<int> stops{0};

private:
    QTemporaryDir m_temporary;
    asio::io_context m_io;
    asio::executor_work_guard<asio::io_context::executor_type> m_work{m_io.get_executor()};
    std::unique_ptr<control::ControlServer> m_server;
    std::thread m_thread;
};

std::string error_of(const control::Outcome& outcome) {
    return outcome ? "none" : outcome.error().kind;
}
std::string field_of(const control::Outcome& outcome) {
    if (outcome || !outcome.error().details.contains("field")) return "none";
    return std::string(outcome.error().details.at("field").as_string());
}

}  // namespace

class TestControl : public QObject {
    Q_OBJECT
private slots:
    void questions() {
        Running node;
        const auto info = node.ask("getinfo");
        QVERIFY(info);
        QCOMPARE(info->at("block_height").to_number<int>(), 123);
        QCOMPARE(info->at("version").as_string().c_str(), "1.2.3");
        QCOMPARE(info->at("peers").to_number<int>(), 1);
        QVERIFY(info->at("synced").as_bool());
        QCOMPARE(node.ask("balance")->at("onchain_sat").to_number<int>(), 5000);
        QCOMPARE(node.ask("peers")->at("peers").as_array().size(), std::size_t{2});
        QVERIFY(node.ask("peers")->at("peers").at(1).at("host").is_null());
        const auto channels = node.ask("channels");
        const auto& channel = channels->at("channels").at(0);
        for (const auto* const field :
             {"channel_id", "peer", "state", "sentence", "funding_outpoint", "short_channel_id",
              "capacity_sat", "our_msat", "their_msat", "can_send_msat", "can_receive_msat",
              "htlcs"}) {
            QVERIFY2(channel.as_object().contains(field), field);
        }
        QCOMPARE(channel.at("our_msat").to_number<std::uint64_t>(), std::uint64_t{60'000'123});
        // Transaction ids in the order of people.
        QVERIFY(std::string(channel.at("funding_outpoint").as_string()).ends_with("01:0"));
        QCOMPARE(channel.at("htlcs").at(0).at("direction").as_string().c_str(), "out");
        QCOMPARE(node.ask("channel", {{"channel_id", "120x1x0"}})->at("state").as_string().c_str(),
                 "normal");
        QCOMPARE(node.ask("decode", {{"text", "good"}})
                     ->at("route_hints")
                     .at(0)
                     .at(0)
                     .at("short_channel_id")
                     .as_string()
                     .c_str(),
                 "1x2x3");
        const auto decoded = node.ask("decode", {{"text", "good"}});
        QCOMPARE(decoded->at("fallback_scripts").at(0).as_string().c_str(), "51");
        QVERIFY(decoded->at("names_payee").as_bool());
        const auto& unknown = decoded->at("unknown_fields").at(0);
        QCOMPARE(unknown.at("name").as_string().c_str(), "2");
        QCOMPARE(unknown.at("content").as_string().c_str(), "qqq");
        QCOMPARE(error_of(node.ask("decode", {{"text", "bad"}})), std::string("malformed"));
        const auto address = node.ask("decode", {{"text", "address"}});
        const auto& sent = address->at("onchain").at("sent_before");
        QCOMPARE(sent.at("amount_sat").to_number<int>(), 20'000);
        QCOMPARE(sent.at("sent").to_number<int>(), 1'700'000'000);
        QVERIFY(sent.at("block_height").is_null());
        QVERIFY(!sent.at("for_this_request").as_bool());
    }

    void lists_in_pages() {
        Running node;
        const auto first = node.ask("payments", {{"limit", 2}});
        QCOMPARE(first->at("payments").as_array().size(), std::size_t{2});
        QCOMPARE(first->at("payments").at(0).at("cursor").to_number<int>(), 5);
        QVERIFY(first->at("payments").at(0).at("expires").is_null());
        QCOMPARE(first->at("payments").at(1).at("expires").to_number<int>(), 1'700'003'600);
        const auto cursor = first->at("next_cursor").to_number<std::uint64_t>();
        const auto second = node.ask("payments", {{"limit", 10}, {"cursor", cursor}});
        QCOMPARE(second->at("payments").at(0).at("cursor").to_number<int>(), 3);
        QVERIFY(second->at("next_cursor").is_null());
        QCOMPARE(node.ask("payment", {{"payment_hash", std::string(64, '0')}})
                     ->at("status")
                     .as_string()
                     .c_str(),
                 "paid");
        QCOMPARE(error_of(node.ask("payment", {{"payment_hash", std::string(64, '1')}})),
                 std::string("unknown_command_target"));
    }

    void transactions_in_pages() {
        Running node;
        const auto first = node.ask("transactions", {{"limit", 1}});
        QCOMPARE(first->at("transactions").as_array().size(), std::size_t{1});
        const auto& sent = first->at("transactions").at(0);
        QVERIFY(std::string(sent.at("txid").as_string()).ends_with("02"));
        QCOMPARE(sent.at("net_sat").to_number<int>(), -5'000);
        QCOMPARE(sent.at("fee_sat").to_number<int>(), 141);
        QVERIFY(sent.at("block_height").is_null());
        QCOMPARE(sent.at("first_seen").to_number<int>(), 1'700'000'000);
        QCOMPARE(sent.at("purpose").as_string().c_str(), "send");
        const auto second = node.ask(
            "transactions", {{"limit", 5}, {"cursor", first->at("next_cursor").to_number<int>()}});
        QCOMPARE(second->at("transactions").as_array().size(), std::size_t{1});
        const auto& received = second->at("transactions").at(0);
        QVERIFY(received.at("fee_sat").is_null());
        QCOMPARE(received.at("block_height").to_number<int>(), 120);
        QVERIFY(second->at("next_cursor").is_null());
    }

    /// What a send would cost, before it is made: nothing is posted for it.
    void a_dry_run_says_what_a_send_would_cost() {
        Running node;
        node.answer(api::Answer(api::AddressMade{"x"}));
        QVERIFY(bool(node.ask("newaddress", {})));
        const auto all =
            node.ask("send", {{"address", "bcrt1x"}, {"amount_sat", "all"}, {"dry_run", true}});
        QVERIFY(all->at("dry_run") == true);
        QVERIFY(all->at("amount_sat") == 900'000 && all->at("fee_sat") == 282);
        QVERIFY(all->at("total_sat") == 900'282 && all->at("feerate") == "2.024");
        QVERIFY(all->at("kept_sat") == 60'000 && all->at("reserved_sat") == 50'000);
        QVERIFY(all->at("hurried") == true);
        QCOMPARE(all->at("kept").as_array().size(), std::size_t{2});
        QVERIFY(control::parse_feerate("2.024") == FeeratePerKw(506));
        const auto some = node.ask("send", {{"address", "bcrt1x"},
                                            {"amount_sat", 700},
                                            {"feerate", "5"},
                                            {"max_fee_sat", 282},
                                            {"dry_run", true}});
        QVERIFY(some->at("amount_sat") == 700 && some->at("feerate") == "5");
        QVERIFY(some->at("hurried") == false);
        QVERIFY(some->at("kept").as_array().empty() && some->at("kept_sentence").is_null());
        const auto dear = node.ask(
            "send",
            {{"address", "bcrt1x"}, {"amount_sat", 700}, {"max_fee_sat", 281}, {"dry_run", true}});
        QVERIFY(!dear);
        QCOMPARE(dear.error().kind, std::string("fee_limit"));
        QCOMPARE(dear.error().message,
                 std::string("The fee on the chain would be 282 sat, more than the limit of 281 "
                             "sat. Nothing was begun."));
        const auto refused =
            node.ask("send", {{"address", "x"}, {"amount_sat", 700}, {"dry_run", true}});
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, std::string("not_synced"));
        QVERIFY(std::holds_alternative<api::NewAddress>(node.last_command().wish));
    }

    void commands_reach_the_node_as_they_were_meant() {
        Running node;
        node.answer(api::Answer(api::Paid{{}, {}, 5'000_msat, 0_msat, 1, 4}));
        const auto given =
            node.ask("keysend", {{"node_id", key_of(2).hex()}, {"amount_msat", 5'000}});
        QCOMPARE(given->at("status").as_string().c_str(), "paid");
        QCOMPARE(given->at("amount_msat").to_number<int>(), 5'000);
        QCOMPARE(given->at("preimage").as_string().size(), std::size_t{64});
        const auto keysend = std::get<api::Keysend>(node.last_command().wish);
        QVERIFY(keysend.node_id == key_of(2) && keysend.amount == 5'000_msat);

        node.answer(api::Answer(
            api::OnchainSent{{},
                             900_sat,
                             100_sat,
                             20'000_sat,
                             {{19'000_sat, "anchor_reserve"}, {1'000_sat, "opening"}}}));
        const auto sent =
            node.ask("send", {{"address", "bcrt1x"}, {"amount_sat", "all"}, {"feerate", "1.5"}});
        QCOMPARE(sent->at("fee_sat").to_number<int>(), 100);
        QCOMPARE(sent->at("kept_sentence").as_string().c_str(),
                 "19,000 sat stay in the wallet: kept so that your channels can always be closed "
                 "in time. 1,000 sat stay in the wallet: meant for a channel that is being agreed "
                 "on.");
        QCOMPARE(sent->at("kept_sat").to_number<int>(), 20'000);
        QVERIFY(sent->at("kept_reason") == "anchor_reserve");
        const auto& second = sent->at("kept").as_array().at(1).as_object();
        QVERIFY(second.at("amount_sat") == 1'000 && second.at("reason") == "opening");
        auto wish = std::get<api::SendOnchain>(node.last_command().wish);
        QVERIFY(!wish.amount && wish.feerate == FeeratePerKw(375) && !wish.max_fee);
        QVERIFY(bool(node.ask("send", {{"address", "bcrt1x"},
                                       {"amount_sat", 900},
                                       {"max_fee_sat", 200},
                                       {"dry_run", false}})));
        wish = std::get<api::SendOnchain>(node.last_command().wish);
        QVERIFY(wish.amount == 900_sat && wish.max_fee == 200_sat);

        node.answer(api::Answer(api::ChannelOpening{{}, {}, 100'000_sat, 5_sat}));
        QVERIFY(node.ask("open", {{"node_id", key_of(2).hex()},
                                  {"amount_sat", 100'000},
                                  {"push_msat", 7},
                                  {"announce", true}}));
        const auto open = std::get<api::OpenChannel>(node.last_command().wish);
        QVERIFY(open.node_id == key_of(2) && open.amount == 100'000_sat && open.push == 7_msat &&
                open.announce && !open.feerate && !open.max_fee);
        QVERIFY(bool(node.ask(
            "open", {{"node_id", key_of(2).hex()}, {"amount_sat", "all"}, {"max_fee_sat", 900}})));
        QCOMPARE(std::get<api::OpenChannel>(node.last_command().wish).max_fee,
                 std::optional(900_sat));

        node.answer(api::Answer(api::InvoiceMade{"lnbcrt1", {}, UnixTime(5)}));
        QVERIFY(node.ask(
            "invoice",
            {{"amount_msat", "any"}, {"description", "tea \xe2\x98\x95"}, {"expiry", 60}}));
        const auto invoice = std::get<api::CreateInvoice>(node.last_command().wish);
        QVERIFY(!invoice.amount && invoice.description == "tea \xe2\x98\x95" &&
                invoice.expiry_seconds == 60);

        node.answer(api::Answer(api::Paid{{}, {}, 5_msat, 1_msat, 2, 33}));
        const auto paid = node.ask("pay", {{"text", "lnbcrt1"},
                                           {"max_fee_msat", 9},
                                           {"timeout", 0},
                                           {"command_id", std::string(32, 'a')}});
        QCOMPARE(paid->at("status").as_string().c_str(), "paid");
        QCOMPARE(paid->at("elapsed_ms").to_number<int>(), 33);
        const auto command = node.last_command();
        QCOMPARE(command.id.hex(), std::string(32, 'a'));
        QVERIFY(std::get<api::Pay>(command.wish).max_fee == 9_msat &&
                std::get<api::Pay>(command.wish).timeout_seconds == 0);

        node.answer(api::Answer(api::ChannelClosing{{}, std::nullopt, "shutting_down"}));
        const auto closing = node.ask("close", {{"channel_id", "120x1x0"}, {"force", true}});
        QVERIFY(closing->at("txid").is_null());
        // No bound that nothing would keep.
        QCOMPARE(error_of(node.ask(
                     "close", {{"channel_id", "120x1x0"}, {"force", true}, {"max_fee_sat", 900}})),
                 std::string("bad_request"));
        const auto close = std::get<api::CloseChannel>(node.last_command().wish);
        QVERIFY(close.force && !close.risk_old_state && close.channel_id.raw()[0] == 7);
        QVERIFY(bool(node.ask(
            "close", {{"channel_id", "120x1x0"}, {"force", true}, {"risk_old_state", true}})));
        QVERIFY(std::get<api::CloseChannel>(node.last_command().wish).risk_old_state);

        node.answer(api::Answer(api::Disconnected{}));
        QCOMPARE(node.ask("disconnect", {{"node_id", key_of(2).hex()}})
                     ->at("features")
                     .as_string()
                     .c_str(),
                 "0,8");
        // Ids that were not given are fresh.
        const auto one = node.last_command().id;
        QVERIFY(node.ask("disconnect", {{"node_id", key_of(2).hex()}}));
        QVERIFY(node.last_command().id != one);
    }

    void failures_are_typed() {
        Running node;
        node.answer(fail(api::Problem{api::ProblemKind::fee_limit,
                                      {{"fee_msat", "1200"}, {"max_fee_msat", "1000"}}}));
        const auto refused = node.ask("pay", {{"text", "x"}});
        const auto dear = control::wording_of(
            {api::ProblemKind::fee_limit,
             {{"fee_msat", "900000"}, {"max_fee_msat", "412000"}, {"what", "opening"}}});
        QVERIFY(dear.message.find("900 sat, more than the limit of 412 sat") != std::string::npos);
        QVERIFY(dear.advice.find("--max-fee SAT") != std::string::npos);
        QCOMPARE(error_of(refused), std::string("fee_limit"));
        QCOMPARE(refused.error().message,
                 std::string("The fee would be 1,200 msat, more than the limit of 1,000 msat."));
        QVERIFY(!refused.error().advice.empty());
        // Neither paid nor failed is no success.
        node.answer(api::Answer(api::StillInFlight{}));
        QCOMPARE(error_of(node.ask("pay", {{"text", "x"}})), std::string("in_flight"));
    }

    void bad_requests_are_named_and_do_no_harm() {
        Running node;
        const auto bad = [&](const std::string& method, json::object params,
                             const std::string& field) {
            const auto outcome = node.ask(method, std::move(params));
            if (error_of(outcome) == "bad_request" && field_of(outcome) == field) return true;
            qWarning("%s: %s %s", method.c_str(), error_of(outcome).c_str(),
                     field_of(outcome).c_str());
            return false;
        };
        const auto id = key_of(2).hex();
        QVERIFY(bad("frobnicate", {}, "method"));
        QVERIFY(bad("newaddress", {{"type", "p2pkh"}}, "type"));
        QVERIFY(bad("send", {{"address", "x"}}, "amount_sat"));
        QVERIFY(bad("send", {{"address", "x"}, {"amount_sat", -1}}, "amount_sat"));
        QVERIFY(bad("send", {{"address", "x"}, {"amount_sat", 1.5}}, "amount_sat"));
        QVERIFY(bad("send", {{"address", "x"}, {"amount_sat", "most"}}, "amount_sat"));
        QVERIFY(bad("send", {{"address", "x"}, {"amount_sat", UINT64_MAX}}, "amount_sat"));
        QVERIFY(bad("send", {{"address", 5}, {"amount_sat", 1}}, "address"));
        QVERIFY(bad("send", {{"address", "x"}, {"amount_sat", 1}, {"feerate", "fast"}}, "feerate"));
        QVERIFY(bad("connect", {{"node_id", id}, {"host", "h"}, {"port", 70000}}, "port"));
        QVERIFY(bad("connect",
                    {{"node_id", "02" + std::string(64, 'f')}, {"host", "h"}, {"port", 1}},
                    "node_id"));
        QVERIFY(bad("open", {{"node_id", id}, {"amount_sat", 1}, {"announce", 1}}, "announce"));
        QVERIFY(
            bad("close", {{"channel_id", "120x1x0"}, {"risk_old_state", true}}, "risk_old_state"));
        QVERIFY(bad("close", {{"channel_id", "120x1x0"}, {"force", true}, {"risk_old_state", 1}},
                    "risk_old_state"));
        QVERIFY(bad("invoice", {{"amount_msat", 1}, {"description", std::string(9000, 'x')}},
                    "description"));
        QVERIFY(bad("invoice", {{"amount_msat", 1}, {"description", ""}, {"expiry", 0}}, "expiry"));
        QVERIFY(bad("keysend", {{"node_id", id}}, "amount_msat"));
        QVERIFY(bad("pay", {{"text", "x"}, {"command_id", "12"}}, "command_id"));
        QVERIFY(bad("payments", {{"limit", 1'000'000}}, "limit"));
        QVERIFY(bad("payment", {{"payment_hash", "00"}}, "payment_hash"));
        QCOMPARE(error_of(node.ask("channel", {{"channel_id", "1x1x1"}})),
                 std::string("unknown_command_target"));
        QVERIFY(node.on_thread([&] { return node.node.commands.empty(); }));
    }

    void lines_that_are_no_requests() {
        Running node;
        asio::io_context io;
        asio::local::stream_protocol::socket socket(io);
        socket.connect(
            asio::local::stream_protocol::endpoint((node.directory / "control.sock").string()));
        asio::streambuf in;
        const auto line = [&] {
            asio::read_until(socket, in, '\n');
            std::string out;
            std::istream stream(&in);
            std::getline(stream, out);
            return out;
        };
        QVERIFY(QString::fromStdString(line()).contains("\"runnel\":1"));
        for (const auto* const text :
             {"", "nonsense", "[]", "{\"id\":1}", "{\"id\":1,\"method\":5}",
              "{\"id\":1,\"method\":\"getinfo\",\"params\":[]}",
              "{\"id\":{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
              "]]]]]]]}}"}) {
            asio::write(socket, asio::buffer(std::string(text) + "\n"));
            QVERIFY2(QString::fromStdString(line()).contains("bad_request"), text);
        }
        asio::write(socket, asio::buffer(std::string("{\"id\":\"x\",\"method\":\"getinfo\"}\n")));
        QVERIFY(QString::fromStdString(line()).startsWith("{\"id\":\"x\",\"result\":{"));
        // A line that never ends is cut off.
        boost::system::error_code error;
        const std::string endless(control::max_request + 10, 'x');
        asio::write(socket, asio::buffer(endless), error);
        asio::read_until(socket, in, '\n', error);
        QVERIFY(error.failed());
        QVERIFY(node.ask("getinfo"));
    }

    /// The server's parser wants UTF-8, and answers what it cannot read without an id. This is the
    /// answer, and no reason to wait for another one.
    void a_request_that_cannot_be_read_is_answered() {
        Running node;
        auto client = control::ControlClient::connect(node.directory);
        QVERIFY(client);
        auto asked = std::async(std::launch::async, [&] {
            return (*client)->call("decode", {{"text", "caf\xe9"}});
        });
        if (asked.wait_for(std::chrono::seconds(20)) != std::future_status::ready) {
            node.end();  // or the test would wait as well
            QFAIL("no answer");
        }
        QCOMPARE(error_of(asked.get()), std::string("bad_request"));
        // It goes on.
        QVERIFY((*client)->call("getinfo", {}));
    }

    /// A window is closed by whoever looks at it. Whoever asks it to stop hears that, and waits for
    /// no end.
    void a_window_is_not_stopped() {
        Running node({}, 64, true);
        auto client = control::ControlClient::connect(node.directory);
        QVERIFY(client);
        const auto refused = (*client)->call("stop", {});
        QCOMPARE(error_of(refused), std::string("open_in_window"));
        QVERIFY(refused.error().message.find("window") != std::string::npos);
        QVERIFY(!refused.error().advice.empty());
        QVERIFY((*client)->call("getinfo", {}));
    }

    void whether_somebody_has_it_open() {
        QTemporaryDir temporary;
        const std::filesystem::path nowhere(temporary.path().toStdString());
        QVERIFY(!control::is_served(nowhere));
        std::filesystem::path where;
        {
            Running node(nowhere / "wallet");
            where = node.directory;
            QVERIFY(control::is_served(where));
            auto client = control::ControlClient::connect(where);
            QVERIFY(client);
            QCOMPARE((*client)->network(), std::string("regtest"));
        }
        // What one that died leaves behind serves nobody.
        asio::io_context io;
        {
            asio::local::stream_protocol::acceptor dead(
                io, asio::local::stream_protocol::endpoint((where / "control.sock").string()));
        }
        QVERIFY(std::filesystem::exists(where / "control.sock"));
        QVERIFY(!control::is_served(where));
    }

    void events_follow() {
        Running node;
        auto client = control::ControlClient::connect(node.directory);
        QVERIFY(client);
        QVERIFY((*client)->call("events", {}));
        api::PaymentReceived paid;
        paid.amount = 42_msat;
        QCOMPARE(node.on_thread([&] { return node.node.tell(paid); }), std::size_t{1});
        const auto line = (*client)->next_line();
        QVERIFY(line);
        QCOMPARE(json::parse(*line).at("event").as_string().c_str(), "payment_received");
        QCOMPARE(json::parse(*line).at("amount_msat").to_number<int>(), 42);
        // Questions go on, and a client that is gone hears nothing more.
        QVERIFY((*client)->call("getinfo", {}));
        client->reset();
        for (int i = 0; i < 100 && node.on_thread([&] { return node.node.tell(paid); }) != 0; ++i)
            QTest::qWait(5);
        QCOMPARE(node.on_thread([&] { return node.node.tell(paid); }), std::size_t{0});
    }

    void every_event_says_what_it_is() {
        Running node;
        auto client = control::ControlClient::connect(node.directory);
        QVERIFY((*client)->call("events", {}));
        const std::string id(64, '0');
        const auto peer = key_of(2).hex();
        const std::pair<api::Notice, json::object> told[] = {
            {api::BlockSeen{BlockHeight(7)}, {{"event", "block"}, {"block_height", 7}}},
            {api::ChainStateChanged{false, "gone"},
             {{"event", "chain"}, {"synced", false}, {"problem", "gone"}}},
            {api::PeerConnected{key_of(2)}, {{"event", "peer_connected"}, {"node_id", peer}}},
            {api::PeerDisconnected{key_of(2), "asked to"},
             {{"event", "peer_disconnected"}, {"node_id", peer}, {"cause", "asked to"}}},
            {api::ChannelStateChanged{{}, "normal"},
             {{"event", "channel"}, {"channel_id", id}, {"state", "normal"}}},
            {api::PaymentReceived{{}, 5_msat},
             {{"event", "payment_received"}, {"payment_hash", id}, {"amount_msat", 5}}},
            {api::PaymentSent{{}, 5_msat, 1_msat},
             {{"event", "payment_sent"},
              {"payment_hash", id},
              {"amount_msat", 5},
              {"fee_msat", 1}}},
            {api::PaymentFailed{{}, {api::ProblemKind::no_route, {}}},
             {{"event", "payment_failed"}, {"payment_hash", id}, {"error", "no_route"}}},
            {api::HtlcForwarded{5_msat, 1_msat},
             {{"event", "forwarded"}, {"amount_msat", 5}, {"fee_msat", 1}}},
            {api::CoinsReceived{{}, 9_sat, true, {"an address"}},
             {{"event", "coins_received"}, {"txid", id}, {"amount_sat", 9}, {"confirmed", true}}},
            {api::TransactionSeen{{}, BlockHeight(7)},
             {{"event", "transaction"}, {"txid", id}, {"block_height", 7}}},
            {api::TransactionDropped{}, {{"event", "transaction_dropped"}, {"txid", id}}},
            {api::Trouble{{api::ProblemKind::store_in_doubt, {}}, std::nullopt},
             {{"event", "trouble"}, {"error", "store_in_doubt"}}}};
        static_assert(std::size(told) == std::variant_size_v<api::Notice>);
        for (const auto& [notice, wanted] : told) {
            node.on_thread([&, said = notice] { return node.node.tell(said); });
            const auto line = (*client)->next_line();
            QVERIFY(line);
            const auto heard = json::parse(*line).as_object();
            for (const auto& [name, value] : wanted) {
                QVERIFY2(heard.contains(name) && heard.at(name) == value,
                         (*line + " lacks " + std::string(name)).c_str());
            }
        }
    }

    void a_client_that_does_not_read_is_left() {
        Running node;
        auto client = control::ControlClient::connect(node.directory);
        QVERIFY((*client)->call("events", {}));
        api::Trouble trouble;
        trouble.problem.params["detail"] = std::string(10'000, 'x');
        std::size_t listening = 1;
        for (int i = 0; i < 1000 && listening != 0; ++i)
            listening = node.on_thread([&] { return node.node.tell(trouble); });
        QCOMPARE(listening, std::size_t{0});
        // Should it go on reading, it hears why, behind what was on its way already.
        std::string last;
        while (const auto line = (*client)->next_line()) last = *line;
        const auto said = json::parse(last).as_object();
        QVERIFY(said.at("error").as_object().at("error") == "too_slow");
    }

    void who_follows_events_hears_how_they_end() {
        const auto end_of = [](const std::function<void(Running&)>& end) {
            auto node = std::make_unique<Running>();
            auto client = control::ControlClient::connect(node->directory);
            std::promise<void> follows;
            std::vector<std::string> lines;
            auto followed = std::async(std::launch::async, [&] {
                return (*client)->follow([&](const std::string& line) {
                    if (lines.empty()) follows.set_value();
                    lines.push_back(line);
                    return true;
                });
            });
            while (node->on_thread([&] { return node->node.tell(api::BlockSeen{}); }) == 0)
                QTest::qWait(2);
            follows.get_future().wait();
            end(*node);
            node->end();
            const auto outcome = followed.get();
            return (outcome ? std::string("none") : outcome.error().kind) + " " +
                   std::string(json::parse(lines.back()).at("event").as_string());
        };
        QCOMPARE(end_of([](Running& node) { node.say_stopped(); }), std::string("none stopped"));
        QCOMPARE(end_of([](Running&) {}), std::string("connection_lost block"));
    }

    void a_reader_that_is_too_slow_is_told() {
        Running node;
        auto client = control::ControlClient::connect(node.directory);
        api::Trouble trouble;
        trouble.problem.params["detail"] = std::string(10'000, 'x');
        int lines = 0;
        const auto first = std::async(std::launch::async, [&] {
            while (node.on_thread([&] { return node.node.tell(api::BlockSeen{}); }) == 0)
                QThread::msleep(2);
        });
        const auto followed = (*client)->follow([&](const std::string&) {
            // It stops to think, and much happens meanwhile.
            if (++lines == 1) {
                for (int i = 0; i < 1000; ++i) {
                    if (node.on_thread([&] { return node.node.tell(trouble); }) == 0) break;
                }
            }
            return true;
        });
        QVERIFY(!followed);
        QCOMPARE(followed.error().kind, std::string("too_slow"));
    }

    void an_answer_may_be_longer_than_what_may_wait() {
        Running node;
        node.answer(api::Answer(api::AddressMade{std::string(3'000'000, 'x')}));
        const auto made = node.ask("newaddress");
        QVERIFY(made);
        QCOMPARE(made->at("address").as_string().size(), std::size_t{3'000'000});
    }

    void requests_beyond_what_is_under_way_wait() {
        Running node;
        node.on_thread([&] { return node.node.silent = true; });
        asio::io_context io;
        asio::local::stream_protocol::socket socket(io);
        socket.connect(
            asio::local::stream_protocol::endpoint((node.directory / "control.sock").string()));
        std::string lines;
        for (int i = 0; i < 1000; ++i) lines += "{\"id\":1,\"method\":\"newaddress\"}\n";
        asio::write(socket, asio::buffer(lines));
        const auto asked = [&] {
            return node.on_thread([&] { return node.node.commands.size(); });
        };
        for (int i = 0; i < 200 && asked() < 256; ++i) QTest::qWait(5);
        QTest::qWait(50);
        QCOMPARE(asked(), std::size_t{256});
        // One answer, one more request.
        node.on_thread([&] {
            node.node.unanswered.front()(api::Answer(api::AddressMade{"x"}));
            return 0;
        });
        for (int i = 0; i < 200 && asked() < 257; ++i) QTest::qWait(5);
        QTest::qWait(20);
        QCOMPARE(asked(), std::size_t{257});
    }

    void stop_is_asked_for_and_the_end_is_seen() {
        Running node;
        auto client = control::ControlClient::connect(node.directory);
        const auto stopping = (*client)->call("stop", {});
        QVERIFY(stopping && stopping->at("stopping").as_bool());
        QTRY_COMPARE(node.stops.load(), 1);  // the answer goes out first
        node.end();
        QVERIFY(!(*client)->next_line());
        QCOMPARE(error_of((*client)->call("getinfo", {})), std::string("connection_lost"));
        QCOMPARE(error_of(node.ask("getinfo")), std::string("not_running"));
    }

    void an_answer_that_never_comes() {
        Running node;
        node.on_thread([&] { return node.node.silent = true; });
        auto client = control::ControlClient::connect(node.directory);
        auto waiting = std::async(std::launch::async, [&] {
            return (*client)->call("pay", {{"text", "x"}});
        });
        while (node.on_thread([&] { return node.node.commands.empty(); })) QTest::qWait(2);
        node.end();
        QCOMPARE(error_of(waiting.get()), std::string("connection_lost"));
    }

    void too_many_clients() {
        Running node({}, 2);
        auto one = control::ControlClient::connect(node.directory);
        auto two = control::ControlClient::connect(node.directory);
        QVERIFY(one && two);
        const auto refused = node.ask("getinfo");
        QCOMPARE(error_of(refused), std::string("busy"));
        QVERIFY(QString::fromStdString(refused.error().message).contains("2 programs"));
        // However many hang without a word: whoever wants the end is heard.
        std::vector<Result<std::unique_ptr<control::ControlClient>, control::Failure>> silent;
        for (int i = 0; i < 20; ++i)
            silent.push_back(control::ControlClient::connect(node.directory));
        const auto stopping = node.ask("stop");
        QVERIFY(stopping && stopping->at("stopping").as_bool());
        QTRY_COMPARE(node.stops.load(), 1);
        silent.clear();
        QVERIFY((*one)->call("getinfo", {}) && (*two)->call("getinfo", {}));
        one->reset();
        for (int i = 0; i < 100 && !node.ask("getinfo"); ++i) QTest::qWait(5);
        QVERIFY(node.ask("getinfo"));
    }

    void only_its_owner_may_connect() {
        Running node;
        struct stat info {};
        QCOMPARE(::stat((node.directory / "control.sock").c_str(), &info), 0);
        QVERIFY(S_ISSOCK(info.st_mode));
        QCOMPARE(info.st_mode & 0777, mode_t{0600});
    }

    void a_directory_far_down() {
        QTemporaryDir temporary;
        auto deep = std::filesystem::path(temporary.path().toStdString());
        for (int i = 0; i < 10; ++i) deep /= "a_directory_with_a_long_name";
        Running node(deep);
        QVERIFY(node.ask("getinfo"));
        struct stat info {};
        QCOMPARE(::stat((deep / "control.sock").c_str(), &info), 0);
    }

    void texts_of_people() {
        using control::parse_feerate;
        QVERIFY(parse_feerate("1") == feerate_floor);
        QVERIFY(parse_feerate("2") == FeeratePerKw(500));
        QVERIFY(parse_feerate("1.5") == FeeratePerKw(375));
        QVERIFY(parse_feerate("0.1") == FeeratePerKw(25));
        QVERIFY(parse_feerate("1.001") == feerate_floor);
        QVERIFY(parse_feerate("1.013") == FeeratePerKw(254));
        for (const auto* const text :
             {"", "-1", "1.", ".5", "1.0000", "1e3", "fast", "99999999999", "1,5", " 1"})
            QVERIFY2(!parse_feerate(text), text);
    }
};

RUNNEL_TEST(TestControl)
#include "test_control.moc"
