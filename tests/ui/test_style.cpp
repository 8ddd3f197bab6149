// The style itself: colours can be told apart in both themes, every icon that is named exists,
// sizes follow the text.
#include "tests/support/test_main.h"

#include "ui/style/sheet.h"
#include "ui/style/theme.h"
#include "ui/widgets/button.h"

#include <QApplication>
#include <QDirIterator>
#include <QRegularExpression>
#include <QSvgRenderer>

using namespace runnel::ui;

class TestStyle : public QObject {
    Q_OBJECT

private slots:
    void cleanup() {
        Theme::current().setScheme(Scheme::light);
        Theme::current().setTextScale(1);
        Theme::current().apply();
    }

    void contrasts_data() {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void contrasts() {
        QFETCH(bool, dark);
        auto& theme = Theme::current();
        theme.setScheme(dark ? Scheme::dark : Scheme::light);
        theme.apply();
        QCOMPARE(theme.isDark(), dark);
        const auto& c = theme.colors();
        const QColor grounds[] = {c.window,   c.surface,  c.sunken, c.accentSoft,
                                  c.goodSoft, c.warnSoft, c.badSoft};
        for (const auto& ground : grounds) {
            for (const auto& ink : {c.text, c.muted}) {
                QVERIFY2(contrast(ink, ground) >= 4.5,
                         qPrintable(ink.name() + QStringLiteral(" on ") + ground.name()));
            }
        }
        const std::pair<QColor, QColor> pairs[] = {
            {c.onAccent, c.accent}, {c.onAccent, c.accentHover}, {c.onBad, c.bad},
            {c.accent, c.surface},  {c.accent, c.window},        {c.accent, c.accentSoft},
            {c.good, c.goodSoft},   {c.good, c.surface},         {c.warn, c.warnSoft},
            {c.warn, c.surface},    {c.bad, c.badSoft},          {c.bad, c.surface}};
        for (const auto& [ink, ground] : pairs) {
            QVERIFY2(contrast(ink, ground) >= 4.5,
                     qPrintable(ink.name() + QStringLiteral(" on ") + ground.name()));
        }
        // Borders of controls and the parts of a channel's bar.
        for (const auto& ground : {c.window, c.surface}) {
            QVERIFY2(contrast(c.edge, ground) >= 3, qPrintable(ground.name()));
            QVERIFY(contrast(c.accent, ground) >= 3);
        }
        QVERIFY(contrast(c.accent, c.theirs) >= 2);
    }

    void theSheetHasNoHoles() {
        Theme::current().apply();
        const auto sheet = styleSheet(Theme::current());
        QVERIFY2(!sheet.contains(u'@'), "a colour was not filled in");
        const auto hole = QRegularExpression(QStringLiteral("#[a-z]+;")).match(sheet);
        QVERIFY2(!hole.hasMatch() || QColor(hole.captured().chopped(1)).isValid(),
                 qPrintable(hole.captured()));
        const auto image = QRegularExpression(QStringLiteral("url\\((:[^)]*)\\)"));
        for (auto match = image.globalMatch(sheet); match.hasNext();) {
            const auto path = match.next().captured(1);
            QVERIFY2(QFile::exists(path), qPrintable(path));
        }
    }

    void iconsAreDrawn() {
        QDirIterator it(QStringLiteral(":/icons"));
        int count = 0;
        while (it.hasNext()) {
            const auto path = it.next();
            QVERIFY2(QSvgRenderer(path).isValid(), qPrintable(path));
            ++count;
        }
        QVERIFY(count > 25);
        // In the colour of the role, not in black.
        const auto image = iconPixmap(QStringLiteral("home"), Ink::accent, 48, 1).toImage();
        bool seen = false;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                const QColor pixel = image.pixelColor(x, y);
                if (pixel.alpha() > 250)
                    seen = seen || pixel.name() == Theme::current().colors().accent.name();
            }
        }
        QVERIFY(seen);
    }

    void everyIconNamedInTheSourceExists() {
        QDirIterator it(runnel::test::tests_dir() + QStringLiteral("/../ui"),
                        {QStringLiteral("*.cpp")}, QDir::Files, QDirIterator::Subdirectories);
        const QRegularExpression named(
            QStringLiteral("(?:setGlyph|icon|Glyph|iconPixmap|set|add|addFoot)\\((?:QStringLiteral)"
                           "\\(\"([a-z-]+)\"\\), (?:Ink::|tr\\()"));
        int count = 0;
        while (it.hasNext()) {
            QFile file(it.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            const auto text = QString::fromUtf8(file.readAll());
            for (auto match = named.globalMatch(text); match.hasNext();) {
                const auto name = match.next().captured(1);
                QVERIFY2(QFile::exists(QStringLiteral(":/icons/%1.svg").arg(name)),
                         qPrintable(file.fileName() + u' ' + name));
                ++count;
            }
        }
        QVERIFY(count > 10);
    }

    void sizesFollowTheText() {
        auto& theme = Theme::current();
        theme.setTextScale(1);
        theme.apply();
        const int before = theme.font(Type::body).pixelSize();
        Button button(ButtonKind::primary, QStringLiteral("Open the channel"), "b");
        const auto small = button.sizeHint();
        theme.setTextScale(2);
        theme.apply();
        QCOMPARE(theme.font(Type::body).pixelSize(), 2 * before);
        QVERIFY(button.sizeHint().width() > small.width() * 3 / 2);
        // A narrow place wraps the words instead of cutting them.
        QVERIFY(button.heightForWidth(button.minimumSizeHint().width()) >
                button.heightForWidth(button.sizeHint().width()));
    }
};

RUNNEL_TEST(TestStyle)
#include "test_style.moc"
