// Generation and storage of per-commitment secrets against BOLT 3, Appendix D.
#include "core/crypto/shachain.h"
#include "tests/support/vector_file.h"

using namespace runnel;
using namespace runnel::crypto;
using runnel::test::rows_of;

class TestShachainVectors : public QObject {
    Q_OBJECT

private slots:
    void generation() {
        for (const auto& row : rows_of(m_file, "generation")) {
            const auto index = static_cast<std::uint64_t>(row[u"index"].toDouble());
            QCOMPARE(to_bytes(shachain_secret(test::secret(row[u"seed"]), index).reveal()),
                     test::hex(row[u"secret"]));
        }
    }

    void storage() {
        for (const auto& sequence : rows_of(m_file, "storage")) {
            ShaChain chain;
            for (const auto& entry : sequence[u"steps"].toArray()) {
                const auto step = entry.toArray();
                const auto index = static_cast<std::uint64_t>(step[0].toDouble());
                QCOMPARE(chain.next_index(), index);
                QVERIFY2(chain.insert(test::secret(step[1])) == step[2].toBool(),
                         qPrintable(sequence[u"name"].toString()));
                QCOMPARE(chain.next_index(), step[2].toBool() ? index - 1 : index);
            }
        }
    }

private:
    const QJsonObject m_file = test::vector_object("crypto/shachain.json");
};

RUNNEL_TEST(TestShachainVectors)
#include "test_shachain.moc"
