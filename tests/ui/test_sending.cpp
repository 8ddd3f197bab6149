// Sending on the chain through the window, over real engines: by mouse and by keyboard, everything,
// links with two ways to pay, pictures of codes; and what goes wrong is said in words, with the
// figures.
#include "tests/support/test_main.h"
#include "tests/ui/world_desk.h"

#include "ui/format/amount.h"
#include "ui/format/sending.h"
#include "ui/pages/pay_page.h"
#include "ui/widgets/amount_label.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/picture_reader.h"
#include "ui/widgets/qr.h"

#include <QCheckBox>
#include <QClipboard>
#include <QDragEnterEvent>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QRadioButton>
#include <QScrollBar>
#include <QUrl>

using namespace runnel;
using namespace runnel::ui;
using namespace runnel::test;
using namespace runnel::literals;

namespace {

const QString on_mainnet = QStringLiteral("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4");

/// A million satoshi, confirmed, and the Pay page.
bool withCoins(WorldDesk& desk) {
    auto& p = *desk.person;
    return desk.unlock() && p.press("homeFirstAction") && desk.waitFor([&] {
        return !desk.wallet().picture().balance.onchain_unconfirmed.is_zero();
    }) && p.press("practiceBlock") &&
           desk.waitFor([&] { return !desk.wallet().picture().balance.onchain.is_zero(); }) &&
           p.press("railPay");
}

QString factOf(WorldDesk& desk, const char* card, const char* label) {
    for (auto* const facts : desk.person->see<QWidget>(card)->findChildren<Facts*>()) {
        const auto value = facts->value(QString::fromLatin1(label));
        if (!value.isEmpty()) return value;
    }
    return {};
}

bool isReadyToSend(WorldDesk& desk) {
    auto* const send = desk.person->see<QAbstractButton>("sendNow");
    return send != nullptr && desk.waitFor([&] { return send->isEnabled(); });
}

/// As somebody would draw it: dark on white, or on nothing.
QImage codeOf(const QString& text, bool transparent = false) {
    QrView view("qr");
    view.resize(420, 420);
    view.setText(text);
    const auto code = view.grab().toImage().convertToFormat(QImage::Format_ARGB32);
    if (!transparent) return code;
    QImage out(code.size(), QImage::Format_ARGB32);
    out.fill(Qt::transparent);
    for (int y = 0; y < code.height(); ++y) {
        for (int x = 0; x < code.width(); ++x) {
            if (qGray(code.pixel(x, y)) < 100) out.setPixel(x, y, qRgba(0, 0, 0, 255));
        }
    }
    return out;
}

/// Lets something fall where the pointer is over `over`, as the window system would: to the first
/// widget upwards that takes drops.
bool drop(QWidget* over, const QMimeData& data) {
    while (over != nullptr && !over->acceptDrops()) over = over->parentWidget();
    if (over == nullptr) return false;
    const QPoint at = over->rect().center();
    QDragEnterEvent enter(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(over, &enter);
    if (!enter.isAccepted()) return false;
    QDropEvent fall(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(over, &fall);
    return fall.isAccepted();
}

bool dropFile(QWidget* over, const QString& path) {
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(path)});
    return drop(over, data);
}

/// A picture of a few bytes that says of itself that it is 15,000 by 15,000.
QByteArray boastful() {
    const auto le32 = [](quint32 n) {
        QByteArray out;
        for (int i = 0; i < 4; ++i) out += static_cast<char>(n >> (8 * i));
        return out;
    };
    QByteArray out("BM");
    out += le32(54 + 1024) + le32(0) + le32(54) + le32(40) + le32(15'000) + le32(15'000);
    out += QByteArray("\x01\x00\x18\x00", 4) + le32(0) + le32(0) + le32(2835) + le32(2835) +
           le32(0) + le32(0);
    return out + QByteArray(1024, '\0');
}

}  // namespace

class TestSending : public QObject {
    Q_OBJECT

private slots:
    void byMouse() {
        WorldDesk desk;
        QVERIFY(withCoins(desk));
        auto& person = *desk.person;
        const auto address = QString::fromStdString(desk.world.shopAddress());
        const Sat shop_before = desk.world.onchainOf(false);
        QApplication::clipboard()->setText(address);
        QVERIFY(person.press("payPaste"));
        QVERIFY(person.waitToRead("sendAddress", addressGroups(address)));
        QVERIFY(!person.see<QAbstractButton>("sendNow")->isEnabled());
        QVERIFY(person.type("sendAmountEdit", QStringLiteral("250000")));
        QVERIFY(isReadyToSend(desk));
        const auto normal = factOf(desk, "sendPreview", "Fee");
        QVERIFY(person.press("sendUrgent"));
        QVERIFY(isReadyToSend(desk));
        const auto urgent = factOf(desk, "sendPreview", "Fee");
        QVERIFY(parseSat(urgent) > parseSat(normal));
        QVERIFY(person.press("sendNow"));
        QVERIFY(person.waitToRead("confirmAddress", addressGroups(address)));
        // Nothing has left yet, and one can go back.
        QVERIFY(person.press("confirmBack"));
        QVERIFY(desk.waitFor([&] { return !person.sees("confirmSend"); }));
        QCOMPARE(desk.world.onchainOf(true), 1'000'000_sat);
        QVERIFY(person.press("sendNow"));
        QVERIFY(person.press("confirmSend"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Sent")));
        QCOMPARE(person.see<AmountLabel>("payResultAmount")->text(), satText(250'000_sat));
        QCOMPARE(person.see<CopyField>("sendTxid")->text().size(), 64);
        QVERIFY(person.read("payResultWhy").contains(QStringLiteral("first confirmation")));
        // To the satoshi what was said.
        QCOMPARE(factOf(desk, "payResult", "Fee"), urgent);
        QCOMPARE(desk.world.onchainOf(true), 750'000_sat - *parseSat(urgent));
        QVERIFY(person.press("payActivity"));
        QCOMPARE(desk.window->shell()->currentPage(), static_cast<int>(Shell::activity));
        QVERIFY(desk.waitFor([&] { return desk.wallet().activity().rowCount() == 2; }));
        QVERIFY(desk.wallet().activity().at(0).transaction() != nullptr);
        QCOMPARE(desk.wallet().activity().at(0).transaction()->purpose, std::string("send"));
        desk.world.mine(1);
        QVERIFY(
            desk.waitFor([&] { return desk.world.onchainOf(false) == shop_before + 250'000_sat; }));
        QVERIFY(desk.world.broken().empty());
    }

    void byKeyboardAlone() {
        WorldDesk desk;
        QVERIFY(withCoins(desk));
        auto& person = *desk.person;
        person.clicks = 0;
        const auto address = QString::fromStdString(desk.world.shopAddress());
        // The form for QR codes; its words come along.
        QApplication::clipboard()->setText(
            QStringLiteral("BITCOIN:%1?AMOUNT=0.0012&label=Bicycle%20shop&message=Bell")
                .arg(address.toUpper()));
        QVERIFY(person.pressByKey("payPaste"));
        QVERIFY(person.see("sendPreview") != nullptr);
        QCOMPARE(person.see<AmountLabel>("sendAmount")->text(), satText(120'000_sat));
        QVERIFY(!person.sees("sendAmountEdit"));
        QCOMPARE(factOf(desk, "sendPreview", "Payee"), QStringLiteral("Bicycle shop"));
        QCOMPARE(factOf(desk, "sendPreview", "For"), QStringLiteral("Bell"));
        QVERIFY(isReadyToSend(desk));
        QVERIFY(person.pressByKey("sendNow"));
        QVERIFY(person.pressByKey("confirmSend"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Sent")));
        // The dialog is gone; the way on has the focus already.
        desk.window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(desk.window.get()));
        QVERIFY(desk.waitFor([] { return QApplication::focusWidget() != nullptr; }));
        QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("payDone"));
        QVERIFY(person.pressByKey("payDone"));
        QVERIFY(person.see<QPlainTextEdit>("payText")->toPlainText().isEmpty());
        QVERIFY(!person.sees("sendPreview"));
        QCOMPARE(person.clicks, 0);
        QVERIFY(desk.world.broken().empty());
    }

    void everythingButWhatChannelsNeed() {
        WorldDesk desk;
        QVERIFY(desk.unlock());
        QVERIFY(desk.fundAndOpen());
        auto& person = *desk.person;
        QVERIFY(person.press("railPay"));
        desk.window->shell()->payPage().setText(QString::fromStdString(desk.world.shopAddress()));
        QVERIFY(person.press("sendAll"));
        QVERIFY(isReadyToSend(desk));
        const auto amount = person.see<AmountEdit>("sendAmountEdit")->amount();
        const auto fee = parseSat(factOf(desk, "sendPreview", "Fee"));
        QVERIFY(amount && fee);
        const auto stays = factOf(desk, "sendPreview", "Stays");
        QVERIFY2(stays.contains(QStringLiteral("so that your channels can always be closed")),
                 qPrintable(stays));
        const Sat kept = desk.world.onchainOf(true) - *amount - *fee;
        QVERIFY(kept >= 50'000_sat);
        QVERIFY(stays.contains(satText(kept)));
        QVERIFY(person.press("sendNow"));
        QVERIFY(person.press("confirmSend"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Sent")));
        QCOMPARE(desk.world.onchainOf(true), kept);
        QVERIFY(person.read("payResultTry").contains(satText(kept)));
        // Now there is nothing left but that.
        QVERIFY(person.press("payDone"));
        desk.world.mine(1);
        desk.window->shell()->payPage().setText(QString::fromStdString(desk.world.shopAddress()));
        QVERIFY(person.type("sendAmountEdit", QStringLiteral("30000")));
        QVERIFY(
            person.waitToRead("sendProblemWhat", QStringLiteral("what keeps your channels safe")));
        QVERIFY(person.read("sendProblemWhy")
                    .contains(QStringLiteral(
                        "stay in the wallet so that channels can be closed in time")));
        QVERIFY(desk.world.broken().empty());
    }

    void whatCannotBeSentSaysWhy() {
        WorldDesk desk;
        QVERIFY(withCoins(desk));
        auto& person = *desk.person;
        auto& page = desk.window->shell()->payPage();
        const auto address = QString::fromStdString(desk.world.shopAddress());
        auto typo = address;
        typo.back() = typo.back() == u'q' ? u'p' : u'q';
        page.setText(typo);
        QVERIFY(person.waitToRead("payProblemWhat", QStringLiteral("no valid bitcoin address")));
        QVERIFY(person.read("payProblemWhy").contains(QStringLiteral("character is wrong")));
        QVERIFY(!person.sees("sendPreview"));
        page.setText(on_mainnet);
        QVERIFY(person.waitToRead("payProblemWhat", QStringLiteral("another network")));
        QVERIFY(
            person.read("payProblemWhy")
                .contains(QStringLiteral("It was made for: Bitcoin. This wallet is on: Regtest.")));
        QVERIFY(!person.sees("sendPreview"));
        page.setText(QStringLiteral("bitcoin:%1?amount=0.001&amount=0.1").arg(address));
        QVERIFY(person.waitToRead("payProblemWhy", QStringLiteral("“amount” more than once")));
        page.setText(QStringLiteral("bitcoin:%1?req-vault=1").arg(address));
        QVERIFY(person.waitToRead("payProblemWhat", QStringLiteral("cannot do yet")));
        // Groups and line breaks, as letters have them, are no part of an address.
        page.setText(addressGroups(address).insert(21, u'\n'));
        QVERIFY(person.waitToRead("sendAddress", addressGroups(address)));
        QVERIFY(person.type("sendAmountEdit", QStringLiteral("100")));
        QVERIFY(person.waitToRead("sendProblemWhat", QStringLiteral("too small")));
        QVERIFY(person.read("sendProblemWhy").contains(satText(294_sat)));
        person.see<AmountEdit>("sendAmountEdit")->clear();
        QVERIFY(person.type("sendAmountEdit", QStringLiteral("1000000")));
        QVERIFY(person.waitToRead("sendProblemWhat", QStringLiteral("not enough coins")));
        QVERIFY(person.read("sendProblemWhy").contains(satText(1'000'000_sat)));
        QVERIFY(!person.see<QAbstractButton>("sendNow")->isEnabled());
        // One satoshi over what the fee leaves, and exactly that.
        QVERIFY(person.press("sendAll"));
        QVERIFY(isReadyToSend(desk));
        const auto most = *person.see<AmountEdit>("sendAmountEdit")->amount();
        QVERIFY(person.press("sendAll"));
        person.see<AmountEdit>("sendAmountEdit")->setAmount(most + 1_sat);
        QVERIFY(person.waitToRead("sendProblemWhat", QStringLiteral("not enough coins")));
        person.see<AmountEdit>("sendAmountEdit")->setAmount(most);
        QVERIFY(isReadyToSend(desk));
        QVERIFY(!person.sees("sendProblem"));
        // To oneself it can be sent, but one is told.
        QVERIFY(!person.sees("sendOwn"));
        QVERIFY(person.press("railReceive"));
        QVERIFY(person.press("receiveAddress"));
        const auto own = person.see<CopyField>("addressText");
        QVERIFY(desk.waitFor([&] { return !own->text().isEmpty(); }));
        QVERIFY(person.press("railPay"));
        page.setText(own->text());
        QVERIFY(person.see("sendOwn") != nullptr);
        QVERIFY(desk.world.broken().empty());
    }

    void aFeeThatHasChangedIsNotPaid() {
        WorldDesk desk;
        QVERIFY(withCoins(desk));
        auto& person = *desk.person;
        desk.window->shell()->payPage().setText(QString::fromStdString(desk.world.shopAddress()));
        QVERIFY(person.type("sendAmountEdit", QStringLiteral("700000")));
        QVERIFY(isReadyToSend(desk));
        QVERIFY(person.press("sendNow"));
        QVERIFY(person.see("confirmSend") != nullptr);
        // Meanwhile the coin is two smaller ones: what took one input takes both now.
        desk.world.personSendsHerself(500'000_sat);
        QVERIFY(person.press("confirmSend"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("The fee has changed")));
        QVERIFY(person.press("payDone"));
        // The new fee stands there, and can be agreed to.
        QVERIFY(isReadyToSend(desk));
        QVERIFY(person.press("sendNow"));
        QVERIFY(person.press("confirmSend"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Sent")));
        QVERIFY(desk.world.broken().empty());
    }

    void aLinkWithTwoWaysIsPaidOnce() {
        WorldDesk desk;
        QVERIFY(desk.unlock());
        QVERIFY(desk.fundAndOpen());
        auto& person = *desk.person;
        QVERIFY(person.press("railPay"));
        auto& page = desk.window->shell()->payPage();
        const auto address = QString::fromStdString(desk.world.shopAddress());
        const auto link = [&](Msat amount) {
            return QStringLiteral("bitcoin:%1?amount=0.0002&lightning=%2")
                .arg(address, QString::fromStdString(desk.world.shopInvoice(amount)));
        };
        const auto first = link(20'000'000_msat);
        page.setText(first);
        // Lightning first, and it is said that there is another way.
        QVERIFY(person.see("payPreview") != nullptr);
        QVERIFY(person.sees("payWays"));
        QVERIFY(!person.sees("sendPreview"));
        QVERIFY(person.press("payOnChain"));
        QVERIFY(person.see("sendPreview") != nullptr);
        QVERIFY(!person.sees("payPreview"));
        QCOMPARE(person.see<AmountLabel>("sendAmount")->text(), satText(20'000_sat));
        QVERIFY(person.press("payOverLightning"));
        QVERIFY(person.press("payNow"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Paid")));
        QVERIFY(person.press("payDone"));
        // Paid is paid: the chain is no way to pay it again.
        page.setText(first);
        QVERIFY(person.waitToRead("payProblemWhat", QStringLiteral("paid before")));
        QVERIFY(!person.sees("sendPreview"));
        QVERIFY(!person.sees("payOnChain"));
        // More than the channel holds: then the chain, with the reason.
        page.setText(link(450'000'000_msat));
        QVERIFY(person.see("sendPreview") != nullptr);
        auto* const why = person.see<CueLine>("sendLightning");
        QVERIFY(why->sentence().contains(QStringLiteral("more than your channels can send")));
        QVERIFY(!person.sees("payOverLightning"));
        QVERIFY(desk.world.broken().empty());
    }

    void aLinkThatWasSentToIsNotPaidOverLightning() {
        WorldDesk desk;
        QVERIFY(desk.unlock());
        QVERIFY(desk.fundAndOpen());
        auto& person = *desk.person;
        QVERIFY(person.press("railPay"));
        auto& page = desk.window->shell()->payPage();
        const auto address = QString::fromStdString(desk.world.shopAddress());
        const auto link =
            QStringLiteral("bitcoin:%1?amount=0.0002&lightning=%2")
                .arg(address, QString::fromStdString(desk.world.shopInvoice(20'000'000_msat)));
        page.setText(link);
        QVERIFY(person.press("payOnChain"));
        QVERIFY(isReadyToSend(desk));
        QVERIFY(!person.sees("sendBefore"));
        QVERIFY(person.press("sendNow"));
        QVERIFY(person.press("confirmSend"));
        QVERIFY(person.waitToRead("payResultTitle", QStringLiteral("Sent")));
        QVERIFY(person.press("payDone"));
        // Sent is paid: Lightning is no way to pay it again, and neither is the chain.
        const auto isWithheld = [&] {
            return person.waitToRead("payProblemWhat", QStringLiteral("already sent")) &&
                   !person.sees("payNow") && !person.sees("payOnChain") &&
                   !person.sees("payOverLightning") && !person.sees("sendPreview");
        };
        page.setText(link);
        QVERIFY(isWithheld());
        QVERIFY(person.read("payProblemWhat").contains(satText(20'000_sat)));
        QVERIFY(person.read("payProblemWhy").contains(QStringLiteral("waits for a block")));
        QVERIFY(person.read("payProblemWhy").contains(QStringLiteral("twice")));
        desk.world.mine(1);
        QVERIFY(person.waitToRead("payProblemWhy", QStringLiteral("a block holds it")));
        QVERIFY(isWithheld());
        // The address alone may be meant for something else: it is only said.
        page.setText(address);
        QVERIFY(person.waitToRead("sendBefore", QStringLiteral("sent to this address before")));
        QVERIFY(person.read("sendBefore").contains(satText(20'000_sat)));
        QVERIFY(!person.sees("payProblemWhat"));
        QVERIFY(desk.world.broken().empty());
    }

    void picturesOfCodesAreRead() {
        WorldDesk desk;
        QVERIFY(withCoins(desk));
        auto& person = *desk.person;
        auto* const over = person.see<QPlainTextEdit>("payText")->viewport();
        const auto address = QString::fromStdString(desk.world.shopAddress());
        const auto link = QStringLiteral("BITCOIN:%1?AMOUNT=0.00055").arg(address.toUpper());
        const auto path = [&](const char* name) {
            return desk.folder.filePath(QString::fromLatin1(name));
        };

        // A file, dropped.
        QVERIFY(codeOf(link).save(path("code.png")));
        QVERIFY(dropFile(over, path("code.png")));
        QVERIFY(person.waitToRead("sendAddress", addressGroups(address)));
        // Dark on nothing.
        const auto clear = [&] { desk.window->shell()->payPage().setText({}); };
        clear();
        QVERIFY(!person.sees("sendPreview"));
        QVERIFY(codeOf(link, true).save(path("clear.png")));
        QVERIFY(dropFile(over, path("clear.png")));
        QVERIFY(person.waitToRead("sendAddress", addressGroups(address)));
        // A picture in the clipboard, by button and by keyboard.
        clear();
        QApplication::clipboard()->setImage(codeOf(link));
        QVERIFY(person.press("payPaste"));
        QVERIFY(person.waitToRead("sendAddress", addressGroups(address)));
        clear();
        QVERIFY(person.reach(person.see<QWidget>("payText")));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_V, Qt::ControlModifier);
        QVERIFY(person.waitToRead("sendAddress", addressGroups(address)));
        // Text, dropped.
        clear();
        QMimeData text;
        text.setText(address);
        QVERIFY(drop(over, text));
        QVERIFY(person.waitToRead("sendAddress", addressGroups(address)));
        // A photo: large, and the code small in it.
        clear();
        QImage photo(4'000, 3'000, QImage::Format_RGB32);
        photo.fill(QColor(QStringLiteral("#c8c0b0")));
        const auto code = codeOf(link);
        for (int y = 0; y < code.height(); ++y) {
            for (int x = 0; x < code.width(); ++x)
                photo.setPixel(2'300 + x, 1'700 + y, code.pixel(x, y));
        }
        QVERIFY(photo.save(path("photo.jpg"), nullptr, 85));
        QVERIFY(dropFile(over, path("photo.jpg")));
        QVERIFY(person.waitToRead("sendAddress", addressGroups(address)));
    }

    void whatIsNoCodeIsSaid() {
        WorldDesk desk;
        QVERIFY(withCoins(desk));
        auto& person = *desk.person;
        auto* const over = person.see<QPlainTextEdit>("payText")->viewport();
        const auto path = [&](const char* name) {
            return desk.folder.filePath(QString::fromLatin1(name));
        };
        const auto write = [&](const char* name, const QByteArray& bytes, qint64 size = 0) {
            QFile file(path(name));
            return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() &&
                   (size == 0 || file.resize(size));
        };
        // What was there before is not taken for what the picture says.
        desk.window->shell()->payPage().setText(QString::fromStdString(desk.world.shopAddress()));
        QVERIFY(person.see("sendPreview") != nullptr);
        QImage blank(300, 300, QImage::Format_RGB32);
        blank.fill(Qt::white);
        QVERIFY(blank.save(path("blank.png")));
        QVERIFY(dropFile(over, path("blank.png")));
        QVERIFY(person.waitToRead("payProblemWhat", QStringLiteral("no QR code")));
        QVERIFY(!person.sees("sendPreview"));
        QVERIFY(codeOf(QStringLiteral("Hello, this is not money")).save(path("hello.png")));
        QVERIFY(dropFile(over, path("hello.png")));
        QVERIFY(person.waitToRead("payProblemWhat", QStringLiteral("This text cannot be read")));
        QVERIFY(write("boast.bmp", boastful()));
        QVERIFY(dropFile(over, path("boast.bmp")));
        QVERIFY(person.waitToRead("payProblemWhat", QStringLiteral("too large")));
        QVERIFY(write("letter.png", "Dear Sir or Madam"));
        QVERIFY(dropFile(over, path("letter.png")));
        QVERIFY(person.waitToRead("payProblemWhat", QStringLiteral("no picture that can be read")));
        QVERIFY(write("heavy.png", "\x89PNG\r\n\x1a\n", most_picture_bytes + 1));
        QVERIFY(dropFile(over, path("heavy.png")));
        QVERIFY(person.waitToRead("payProblemWhat", QStringLiteral("too large")));
        // A drawing is a program; a folder is nothing to read.
        QVERIFY(
            write("drawing.png", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"));
        QCOMPARE(std::get<PictureFault>(readPictureFile(path("drawing.png"))),
                 PictureFault::unreadable);
        QCOMPARE(std::get<PictureFault>(readPictureFile(desk.folder.path())),
                 PictureFault::unreadable);
        QCOMPARE(std::get<PictureFault>(readPictureFile(path("missing.png"))),
                 PictureFault::unreadable);
        QCOMPARE(std::get<PictureFault>(ui::readPicture(QImage())), PictureFault::unreadable);
        // Nothing of use is not even taken.
        QMimeData nothing;
        nothing.setData(QStringLiteral("application/x-thing"), "x");
        QVERIFY(!drop(over, nothing));
    }
};

RUNNEL_TEST(TestSending)
#include "test_sending.moc"
