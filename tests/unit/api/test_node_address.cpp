// What a person types to name a node, read or refused.
#include "tests/support/test_main.h"

#include "core/api/node_address.h"

using namespace runnel;

namespace {

const std::string node = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

std::string upper(std::string text) {
    for (auto& c : text) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
}

}  // namespace

class TestNodeAddress : public QObject {
    Q_OBJECT

private slots:
    void a_node_is_named_data() {
        QTest::addColumn<std::string>("place");
        QTest::addColumn<std::string>("host");
        QTest::addColumn<int>("port");
        const auto row = [](const char* name, const char* place, const char* host, int port) {
            QTest::newRow(name) << std::string(place) << std::string(host) << port;
        };
        row("host and port", "shop.example:1234", "shop.example", 1234);
        row("the largest port", "shop.example:65535", "shop.example", 65535);
        row("the usual port", "shop.example", "shop.example", 9735);
        row("with blanks", "  127.0.0.1:19735 \n", "127.0.0.1", 19735);
        row("IPv6", "[2001:db8::1]:9736", "2001:db8::1", 9736);
        row("IPv6, the usual port", "[::1]", "::1", 9735);
    }
    void a_node_is_named() {
        QFETCH(std::string, place);
        QFETCH(std::string, host);
        QFETCH(int, port);
        for (const auto& key : {node, upper(node), ' ' + node + ' '}) {
            const auto read = api::parse_node_address(key + '@' + place);
            QVERIFY(read.has_value());
            QCOMPARE(read->node_id.hex(), node);
            QCOMPARE(read->host, host);
            QCOMPARE(static_cast<int>(read->port), port);
        }
    }

    void what_names_no_node_data() {
        QTest::addColumn<std::string>("text");
        const auto row = [](const char* name, const std::string& text) {
            QTest::newRow(name) << text;
        };
        const auto at = node + '@';
        row("nothing", "");
        row("a key alone", node);
        row("no key", "shop.example:9735");
        row("an empty key", "@shop.example:9735");
        row("half a key", node.substr(0, 64) + "@shop.example");
        row("no point", "05" + node.substr(2) + "@shop.example");
        row("no host", at);
        row("a port alone", at + ":9735");
        row("port 0", at + "shop.example:0");
        row("a large port", at + "shop.example:65536");
        row("no port", at + "shop.example:");
        row("a signed port", at + "shop.example:+97");
        row("a negative port", at + "shop.example:-1");
        row("letters for a port", at + "shop.example:http");
        row("an open bracket", at + "[::1");
        row("behind a bracket", at + "[::1]9735");
        row("empty brackets", at + "[]:9735");
        row("IPv6 without brackets", at + "2001:db8::1");
        row("the least IPv6 without brackets", at + "::1:9735");
        row("two words", at + "shop example");
        row("a blank that is none in ASCII", at + "shop.example\u00a0");
        row("no ASCII", at + "caf\u00e9.example");
        row("a control character", at + "shop\vexample");
        row("two at", at + "shop@example");
        row("a path", at + "shop.example/path");
        row("very long", at + std::string(400, 'a'));
    }
    void what_names_no_node() {
        QFETCH(std::string, text);
        QVERIFY(!api::parse_node_address(text));
    }

    // Where to listen: any host, any port, but both.
    void a_place_to_listen() {
        using Place = std::pair<std::string, std::uint16_t>;
        QVERIFY(api::parse_host_port("*:0") == Place("*", 0));
        QVERIFY(api::parse_host_port("[::]:9735") == Place("::", 9735));
        for (const auto* const text : {"", "host", "host:", ":1", "::1:9735", "[::1]", "ho st:1"})
            QVERIFY2(!api::parse_host_port(text), text);
    }
};

RUNNEL_TEST(TestNodeAddress)
#include "test_node_address.moc"
