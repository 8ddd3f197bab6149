// The practice protocol's values: what is written is read again, and nothing else is.
#include "tests/support/test_main.h"  // first: what moc reads before QObject, it reads wrongly

#include "app/practice/messages.h"
#include "app/practice/verbs.h"

#include <boost/json/parse.hpp>

using namespace runnel;
using namespace runnel::practice;

class TestMessages : public QObject {
    Q_OBJECT

private slots:
    void news_come_back();
    void fees_are_kept_within_bounds();
    void nonsense_is_nothing();
    void peers();
    void states();
};

void TestMessages::news_come_back() {
    News news{
        {BlockHeight(7), BlockHash{}},
        42,
        {FeeratePerKw(3000), FeeratePerKw(2000), FeeratePerKw(1000), FeeratePerKw(253), true}};
    news.tip.hash.raw()[3] = 9;
    QVERIFY(read_news(to_json(news)) == news);
}

void TestMessages::fees_are_kept_within_bounds() {
    auto object = to_json(News{});
    object["fees"] = {{"urgent", 1}, {"normal", 4'000'000'000U}, {"slow", 0}, {"mempool_min", 300}};
    const auto news = read_news(object);
    QVERIFY(news && news->fees.mempool_min == FeeratePerKw(300) &&
            news->fees.slow == FeeratePerKw(300));
    QVERIFY(news->fees.normal == FeeratePerKw(125'000) &&
            news->fees.urgent == FeeratePerKw(125'000));
}

void TestMessages::nonsense_is_nothing() {
    for (const char* text : {"null", "[]", "{}", R"({"tip":{}})",
                             R"({"tip":{"height":-1,"hash":""},"mempool":1,"fees":{}})",
                             R"({"tip":{"height":1,"hash":"00"},"mempool":1,"fees":{}})"}) {
        QVERIFY2(!read_news(json::parse(text)), text);
    }
    auto fractional = to_json(News{});
    fractional["mempool"] = 1.5;
    QVERIFY(!read_news(fractional));
    for (const char* text : {"null", "{}", R"({"blocks":7})", R"({"blocks":[7]})",
                             R"({"blocks":[{"hash":"00","hex":"00"}]})"}) {
        QVERIFY2(!read_blocks(json::parse(text)), text);
    }
    QVERIFY(!read_transactions(json::parse(R"({"transactions":["zz"]})"), 5));
    QVERIFY(!read_transactions(json::parse(R"({"transactions":[1]})"), 5));
    QVERIFY(!read_transactions(json::parse(R"({"transactions":["00","00"]})"), 1));
}

void TestMessages::peers() {
    Secret32 secret;
    secret.reveal()[31] = 5;
    const auto key = crypto::PrivateKey::from(secret)->public_key();
    const json::object one{
        {"role", "shop"}, {"node_id", key.hex()}, {"host", "127.0.0.1"}, {"port", 9735}};
    const auto read = read_peers(json::object{{"peers", json::array{one}}});
    QVERIFY(read && read->size() == 1 && read->front().node_id == key &&
            read->front().port == 9735);
    for (const auto& [field, value] : std::vector<std::pair<std::string, json::value>>{
             {"role", ""}, {"node_id", "02"}, {"port", 0}, {"port", 70'000}, {"port", "x"}}) {
        auto bad = one;
        bad[field] = value;
        QVERIFY2(!read_peers(json::object{{"peers", json::array{bad}}}), field.c_str());
    }
}

void TestMessages::states() {
    using Stand = api::PracticeState::Stand;
    QCOMPARE(to_json(api::PracticeState{}), (json::object{{"stand", "starting"},
                                                          {"ends", 0},
                                                          {"signal", nullptr},
                                                          {"code", nullptr},
                                                          {"detail", ""}}));
    QCOMPARE(to_json(api::PracticeState{Stand::restarting, 3, 9, {}, {}}),
             (json::object{{"stand", "restarting"},
                           {"ends", 3},
                           {"signal", 9},
                           {"code", nullptr},
                           {"detail", ""}}));
    QCOMPARE(to_json(api::PracticeState{Stand::stopped, 1, {}, 3, "no\nspace"}),
             (json::object{{"stand", "stopped"},
                           {"ends", 1},
                           {"signal", nullptr},
                           {"code", 3},
                           {"detail", "no\\u{a}space"}}));
    QCOMPARE(to_json(api::PracticeState{Stand::running, 0, {}, {}, {}}).at("stand"),
             json::value("running"));
}

RUNNEL_TEST(TestMessages)
#include "test_messages.moc"
