#include "ui/widgets/fields.h"

#include "ui/format/amount.h"
#include "ui/format/text.h"
#include "ui/style/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/layouts.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/text.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QStyle>
#include <QVBoxLayout>

namespace runnel::ui {

AmountEdit::AmountEdit(const QString& name, const char* object_name, QWidget* parent)
    : QLineEdit(parent) {
    setObjectName(QString::fromLatin1(object_name));
    setAccessibleName(name);
    setPlaceholderText(tr("Amount in sat"));
    setInputMethodHints(Qt::ImhDigitsOnly);
    setProperty("size", QStringLiteral("large"));
    setMaxLength(30);
    // Numbers are read from left to right in every language.
    setLayoutDirection(Qt::LeftToRight);
    connect(this, &QLineEdit::textEdited, this, &AmountEdit::regroup);
    connect(this, &QLineEdit::textChanged, this, [this] {
        // Mended: whoever called it wrong looks again only when it is sent off.
        if (m_wrong && isUsable()) setWrong(false);
        else if (m_wrong) showComplaint();
    });
}

std::optional<Sat> AmountEdit::amount() const { return parseSat(text()); }

void AmountEdit::setAmount(Sat amount) { setText(grouped(amount.raw())); }

void AmountEdit::setWrong(bool wrong) {
    if (wrong != m_wrong) {
        m_wrong = wrong;
        setProperty("wrong", wrong);
        style()->unpolish(this);
        style()->polish(this);
    }
    showComplaint();
}

QWidget* AmountEdit::complaint() {
    if (m_complaint == nullptr) {
        m_complaint = new CueLine((objectName() + QStringLiteral("Wrong")).toLatin1().constData());
        showComplaint();
    }
    return m_complaint;
}

void AmountEdit::showComplaint() {
    const auto said = m_wrong ? amountComplaint(text()) : QString();
    const bool is_new = said != accessibleDescription();
    setAccessibleDescription(said);
    if (m_complaint == nullptr) return;
    if (m_wrong) m_complaint->set(Cue::attention, said);
    m_complaint->setVisible(m_wrong);
    if (!m_wrong || !is_new) return;
    alert(m_complaint);
}

void AmountEdit::regroup() {
    if (m_busy) return;
    // Only digits and our own marks: anything else is left for the reader to correct.
    QString digits;
    int before_cursor = 0;
    for (qsizetype i = 0; i < text().size(); ++i) {
        const QChar c = text()[i];
        if (c >= u'0' && c <= u'9') {
            digits += c;
            if (i < cursorPosition()) ++before_cursor;
        } else if (c != groupSpace && c != u' ') {
            return;
        }
    }
    if (digits.isEmpty() || digits.size() > 16) return;
    const auto shown = grouped(digits.toULongLong());
    if (shown == text()) return;
    m_busy = true;
    setText(shown);
    int at = 0;
    for (int seen = 0; at < shown.size() && seen < before_cursor; ++at)
        seen += shown[at].isDigit() ? 1 : 0;
    setCursorPosition(at);
    m_busy = false;
}

Facts::Facts(QWidget* parent) : QWidget(parent), m_rows(new QVBoxLayout(this)) {
    m_rows->setContentsMargins(0, 0, 0, 0);
    m_rows->setSpacing(space::small);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

QWidget* Facts::find(const QString& label) const {
    for (int i = 0; i < m_rows->count(); ++i) {
        auto* const row = m_rows->itemAt(i)->widget();
        if (row != nullptr && row->property("fact").toString() == label) return row;
    }
    return nullptr;
}

void Facts::set(const QString& label, const QString& value, bool technical) {
    auto* const known = find(label);
    if (value.isEmpty()) {
        delete known;
        return;
    }
    if (known != nullptr) {
        known->findChild<Text*>(QStringLiteral("factValue"))->setText(value);
        known->setAccessibleName(label + QStringLiteral(": ") + value);
        return;
    }
    auto* const row = new Columns(340);
    row->setProperty("fact", label);
    row->setAccessibleName(label + QStringLiteral(": ") + value);
    row->layout()->setSpacing(space::hair);
    row->add(new Text("muted", label), 2, Qt::AlignTop);
    auto* const said = (new Text(technical ? "mono" : "body", value))->named("factValue");
    row->add(said, 3, Qt::AlignTop);
    m_rows->addWidget(row);
}

void Facts::setCopyable(const QString& label, const QString& value, const char* object_name) {
    if (auto* const known = findChild<CopyField*>(QString::fromLatin1(object_name))) {
        known->setText(value);
        return;
    }
    auto* const field = new CopyField(label, object_name);
    field->setText(value);
    auto* const row = new QWidget;
    row->setProperty("fact", label);
    auto* const column = new QVBoxLayout(row);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::hair);
    column->addWidget(new Text("muted", label));
    column->addWidget(field);
    m_rows->addWidget(row);
}

void Facts::clear() {
    while (auto* const item = m_rows->takeAt(0)) {
        delete item->widget();
        delete item;
    }
}

QString Facts::value(const QString& label) const {
    const auto* const row = find(label);
    const auto* const said =
        row == nullptr ? nullptr : row->findChild<Text*>(QStringLiteral("factValue"));
    return said == nullptr ? QString() : said->text();
}

CopyField::CopyField(const QString& name, const char* object_name, QWidget* parent)
    : QWidget(parent), m_name(name) {
    setObjectName(QString::fromLatin1(object_name));
    setAccessibleName(name);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(space::small);
    m_text =
        (new Text("mono"))->named((objectName() + QStringLiteral("Text")).toLatin1().constData());
    m_text->setLayoutDirection(Qt::LeftToRight);
    row->addWidget(m_text, 1);
    auto* const copy =
        new IconButton(QStringLiteral("copy"), tr("Copy: %1").arg(name),
                       (objectName() + QStringLiteral("Copy")).toLatin1().constData());
    connect(copy, &QPushButton::clicked, this, [this, copy] {
        QGuiApplication::clipboard()->setText(m_value);
        copy->setGlyph(QStringLiteral("good"));
        emit copied(m_name);
    });
    row->addWidget(copy, 0, Qt::AlignTop);
    setFocusProxy(copy);
}

void CopyField::setText(const QString& text) {
    m_value = text;
    m_text->setText(breakable(text.size() > 220 ? shortened(text, 40, 20) : text));
    m_text->setAccessibleName(m_name + QStringLiteral(": ") + text);
}

QWidget* labelled(const QString& label, QWidget* control, const QString& hint) {
    auto* const out = new QWidget;
    auto* const column = new QVBoxLayout(out);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    auto* const name = new Text("label", label);
    name->setBuddy(control);
    column->addWidget(name);
    column->addWidget(control);
    if (auto* const amount = qobject_cast<AmountEdit*>(control))
        column->addWidget(amount->complaint());
    if (!hint.isEmpty()) column->addWidget(new Text("caption", hint));
    return out;
}

}  // namespace runnel::ui
