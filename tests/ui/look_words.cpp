// In the language that puts every text in brackets, what has none was never meant to be translated:
// it is data, or it was forgotten.
#include "tests/ui/look.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QRegularExpression>

#include <algorithm>

namespace runnel::test {

namespace {

/// Names, what others wrote, and what is the same in every language.
bool isData(const QString& text, const QWidget& widget) {
    static const QStringList same{QStringLiteral("Runnel"),  QStringLiteral("English"),
                                  QStringLiteral("Deutsch"), QStringLiteral("sat"),
                                  QStringLiteral("Regtest"), QStringLiteral("Signet"),
                                  QStringLiteral("Testnet4")};
    // A node without a name.
    static const QRegularExpression key(QStringLiteral("^[0-9a-f]{6,}…[0-9a-f]{4,}$"));
    if (key.match(text).hasMatch()) return true;
    // Words of the list, keys, addresses, paths.
    if (widget.property("role").toString() == QStringLiteral("mono") ||
        widget.objectName().startsWith(QStringLiteral("word")))
        return true;
    // A time to the second, as the country writes it.
    static const QRegularExpression time(QStringLiteral("\\d\\d?:\\d\\d:\\d\\d"));
    if (time.match(text).hasMatch()) return true;
    // Nothing but a day and a time of it: so it reads when today ends before what is told does.
    static const QRegularExpression moment(
        QStringLiteral("^(\\d\\d? \\p{L}+\\.?, )?\\d\\d?:\\d\\d(\\s[AP]M)?$"),
        QRegularExpression::UseUnicodePropertiesOption);
    if (moment.match(text).hasMatch()) return true;
    // What the payee wrote into an invoice or a link.
    static const QStringList others{QStringLiteral("shop around the corner"),
                                    QStringLiteral("Order 4711"),
                                    QStringLiteral("Two coffees"),
                                    QStringLiteral("Train ticket"),
                                    QStringLiteral("Bicycle"),
                                    QStringLiteral("Half of the taxi")};
    if (std::any_of(others.begin(), others.end(),
                    [&](const QString& one) { return text.contains(one); }))
        return true;
    QString left = text;
    for (const auto& word : same) left.remove(word);
    return std::none_of(left.begin(), left.end(), [](QChar c) { return c.isLetter(); });
}

}  // namespace

QStringList untranslatedIn(QWidget& top) {
    QStringList out;
    const auto judge = [&](const QWidget& widget, const QString& text) {
        if (!text.isEmpty() && !text.contains(u'[') && !isData(text, widget))
            out << QStringLiteral("%1: \"%2\" is not translated")
                       .arg(widget.objectName(), text.left(60));
    };
    for (auto* const widget : top.findChildren<QWidget*>()) {
        if (!widget->isVisibleTo(&top) || widget->window() != top.window() ||
            widget->objectName().startsWith(QStringLiteral("qt_")))
            continue;
        if (const auto* const label = qobject_cast<const QLabel*>(widget))
            judge(*widget, label->text());
        if (const auto* const button = qobject_cast<const QAbstractButton*>(widget))
            judge(*widget, button->text());
        if (const auto* const box = qobject_cast<const QComboBox*>(widget))
            judge(*widget, box->currentText());
        if (const auto* const edit = qobject_cast<const QLineEdit*>(widget);
            edit != nullptr && edit->objectName() != QStringLiteral("openAddress"))
            judge(*widget, edit->placeholderText());
        if (const auto* const edit = qobject_cast<const QPlainTextEdit*>(widget))
            judge(*widget, edit->placeholderText());
        judge(*widget, widget->toolTip());
        judge(*widget, widget->accessibleName());
        judge(*widget, widget->accessibleDescription());
    }
    out.removeDuplicates();
    return out;
}

}  // namespace runnel::test
