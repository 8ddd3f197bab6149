#include "ui/wizards/word_widgets.h"

#include "ui/style/theme.h"
#include "ui/widgets/layouts.h"
#include "ui/widgets/text.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QPainter>
#include <QRandomGenerator>
#include <QResizeEvent>
#include <QVBoxLayout>

#include <algorithm>

namespace runnel::ui {

namespace {

constexpr int options = 4;
constexpr std::size_t list_size = 2048;

QString latin(std::string_view word) {
    return QString::fromLatin1(word.data(), static_cast<qsizetype>(word.size()));
}

}  // namespace

WordOption::WordOption(std::string_view word, const char* object_name, QWidget* parent)
    : QAbstractButton(parent), m_word(word) {
    setObjectName(QString::fromLatin1(object_name));
    setAccessibleName(latin(word));
    setAttribute(Qt::WA_Hover);
    setCheckable(true);
    // One of several: so a screen reader says it, and arrows go from one to the next.
    setAutoExclusive(true);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
}

QSize WordOption::sizeHint() const {
    const auto& theme = Theme::current();
    return {theme.px(112), theme.px(40)};
}

void WordOption::paintEvent(QPaintEvent*) {
    const auto& theme = Theme::current();
    const auto& c = theme.colors();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF face = QRectF(rect()).adjusted(2, 2, -2, -2);
    painter.setPen(
        QPen(hasFocus() || isChecked() ? c.accent : c.edge, hasFocus() || isChecked() ? 2 : 1));
    painter.setBrush(isChecked()                   ? c.accentSoft
                     : underMouse() && isEnabled() ? c.sunken
                                                   : c.surface);
    painter.drawRoundedRect(face, controlRadius, controlRadius);
    painter.setFont(theme.font(Type::body));
    painter.setPen(isEnabled() || isChecked() ? c.text : c.muted);
    QRect where = rect();
    if (isChecked()) {
        const int side = theme.px(18);
        painter.drawPixmap(
            width() - side - 8, (height() - side) / 2,
            iconPixmap(QStringLiteral("good"), Ink::good, side, devicePixelRatioF()));
        where.adjust(0, 0, -side, 0);
    }
    painter.drawText(where, Qt::AlignCenter, latin(m_word));
}

WordChecks::WordChecks(api::Setup& setup, QWidget* parent)
    : QWidget(parent), m_setup(setup), m_layout(new QVBoxLayout(this)) {
    setObjectName(QStringLiteral("wordChecks"));
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(space::normal);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void WordChecks::clear() {
    while (auto* const item = m_layout->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    m_right = 0;
}

void WordChecks::ask(const SecretBytes& words) {
    clear();
    const auto bytes = words.reveal();
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const int total = static_cast<int>(std::count(text.begin(), text.end(), ' ')) + 1;
    std::vector<int> places;
    while (static_cast<int>(places.size()) < questions) {
        const int place = static_cast<int>(QRandomGenerator::system()->bounded(total));
        if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
    }
    std::sort(places.begin(), places.end());
    for (const int place : places) {
        std::size_t begin = 0;
        for (int i = 0; i < place; ++i) begin = text.find(' ', begin) + 1;
        const auto end = text.find(' ', begin);
        const auto typed = text.substr(begin, end == std::string_view::npos ? end : end - begin);
        // The list's own copy of the word: that one is public, the secret is which it is.
        for (std::size_t i = 0; i < list_size; ++i) {
            if (m_setup.word(i) == typed) addQuestion(place, m_setup.word(i));
        }
    }
}

void WordChecks::addQuestion(int place, std::string_view right) {
    std::vector<std::string_view> choice{right};
    while (static_cast<int>(choice.size()) < options) {
        const auto other =
            m_setup.word(QRandomGenerator::system()->bounded(static_cast<quint32>(list_size)));
        if (std::find(choice.begin(), choice.end(), other) == choice.end()) choice.push_back(other);
    }
    std::shuffle(choice.begin(), choice.end(), *QRandomGenerator::system());
    auto* const box = new QWidget;
    auto* const column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::small);
    column->addWidget(new Text("label", tr("Which is word number %1?").arg(place + 1)));
    auto* const row = new QWidget;
    auto* const flow = new FlowLayout(space::small, row);
    column->addWidget(row);
    for (const auto word : choice) {
        auto* const option = new WordOption(word, word == right ? "wordRight" : "wordWrong");
        flow->addWidget(option);
        // Toggled, not clicked: so does a screen reader press it.
        connect(option, &QAbstractButton::toggled, this, [this, option, row, right](bool on) {
            if (!on) return;
            // What is wrong is not merely ruled out: then clicks would find the right one, and a
            // paper that nobody has written would pass.
            if (option->word() != right) return emit mistaken();
            for (auto* const other : row->findChildren<WordOption*>()) other->setEnabled(false);
            ++m_right;
            emit answered();
        });
    }
    m_layout->addWidget(box);
}

WordForm::WordForm(api::Setup& setup, QWidget* parent)
    : QWidget(parent), m_setup(setup), m_grid(new QGridLayout(this)) {
    setObjectName(QStringLiteral("wordForm"));
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setSpacing(space::small);
    for (int i = 0; i < count; ++i) {
        auto* const cell = new QWidget;
        auto* const row = new QHBoxLayout(cell);
        row->setContentsMargins(0, 0, 0, 0);
        row->setSpacing(6);
        auto* const number = new Text("caption", QString::number(i + 1));
        number->setWordWrap(false);
        number->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        number->setMinimumWidth(Theme::current().px(20));
        auto* const field =
            new SecretEdit(SecretEdit::Kind::word, tr("Word number %1").arg(i + 1),
                           QStringLiteral("word%1").arg(i + 1).toLatin1().constData());
        row->addWidget(number);
        row->addWidget(field, 1);
        m_cells.push_back(cell);
        m_fields.push_back(field);
        connect(field, &SecretEdit::edited, this, &WordForm::edited);
        connect(field, &SecretEdit::finished, this, [this, i] { complete(i); });
    }
    arrange(3);
    for (std::size_t i = 1; i < m_fields.size(); ++i) setTabOrder(m_fields[i - 1], m_fields[i]);
}

void WordForm::resizeEvent(QResizeEvent* event) {
    arrange(std::clamp(event->size().width() / Theme::current().px(150), 1, 4));
    QWidget::resizeEvent(event);
}

void WordForm::arrange(int columns) {
    if (columns == m_columns) return;
    m_columns = columns;
    const int rows = (count + columns - 1) / columns;
    for (auto* const cell : m_cells) m_grid->removeWidget(cell);
    // Down the columns, as they are shown and written.
    for (int i = 0; i < count; ++i)
        m_grid->addWidget(m_cells[static_cast<std::size_t>(i)], i % rows, i / rows);
}

void WordForm::complete(int index) {
    auto* const field = m_fields[static_cast<std::size_t>(index)];
    auto typed = field->bytes();
    const std::string_view text(reinterpret_cast<const char*>(typed.reveal().data()), typed.size());
    const auto like = m_setup.words_like(text, 2);
    // The first four letters name a word of the list; one that is another's beginning counts as
    // itself.
    const bool exact = !like.empty() && like.front() == text;
    if (!exact && like.size() == 1 && !text.empty()) field->replaceBy(like.front());
    field->setWrong(!text.empty() && like.empty());
    if (index + 1 < count)
        m_fields[static_cast<std::size_t>(index) + 1]->setFocus(Qt::TabFocusReason);
    emit edited();
}

SecretBytes WordForm::words() const {
    std::size_t used = m_fields.size();
    while (used > 0 && m_fields[used - 1]->isEmpty()) --used;
    Bytes out;
    // Reserved, so that growing leaves no copies behind.
    out.reserve(1024);
    for (std::size_t i = 0; i < used; ++i) {
        if (i > 0) out.push_back(' ');
        const auto word = m_fields[i]->bytes();
        out.insert(out.end(), word.reveal().begin(), word.reveal().end());
    }
    return SecretBytes(std::move(out));
}

void WordForm::clear() {
    for (auto* const field : m_fields) field->wipe();
}

void WordForm::mark(std::size_t position) {
    if (position >= m_fields.size()) return;
    m_fields[position]->setWrong(true);
    m_fields[position]->setFocus();
}

}  // namespace runnel::ui
