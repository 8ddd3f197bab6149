#include "ui/pages/activity_page.h"

#include "ui/pages/activity_row.h"
#include "ui/style/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/notes.h"
#include "ui/widgets/page.h"
#include "ui/widgets/text.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QListView>
#include <QResizeEvent>
#include <QShortcut>
#include <QVBoxLayout>

namespace runnel::ui {

ActivityPage::ActivityPage(WalletModel& wallet, QWidget* parent)
    : QWidget(parent), m_wallet(wallet), m_filter(new ActivityFilter(this)) {
    setObjectName(QStringLiteral("activityPage"));
    setAccessibleName(tr("Activity"));
    auto* const centre = new QHBoxLayout(this);
    centre->setContentsMargins(0, 0, 0, 0);
    m_column = new QWidget;
    centre->addStretch(1);
    centre->addWidget(m_column, 100);
    centre->addStretch(1);
    auto* const column = new QVBoxLayout(m_column);
    column->setSpacing(space::normal);
    column->addWidget((new Text("heading", tr("Activity")))->named("pageTitle"));

    m_search = new QLineEdit;
    m_search->setObjectName(QStringLiteral("activitySearch"));
    m_search->setAccessibleName(tr("Search in all activity"));
    m_search->setToolTip(tr("A description, an amount, a payment hash …"));
    m_search->setPlaceholderText(tr("Search"));
    m_search->setClearButtonEnabled(true);
    m_search->addAction(icon(QStringLiteral("search"), Ink::muted), QLineEdit::LeadingPosition);
    column->addWidget(m_search);

    m_state = new StateView("activityState");
    column->addWidget(m_state, 1);
    m_list = new QListView;
    m_list->setObjectName(QStringLiteral("activityList"));
    m_list->setAccessibleName(tr("Activity, newest first"));
    m_list->setUniformItemSizes(true);
    m_list->setResizeMode(QListView::Adjust);  // a narrower list has higher rows
    m_list->setMouseTracking(true);
    m_list->setVerticalScrollMode(QListView::ScrollPerPixel);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_filter->setSourceModel(&wallet.activity());
    m_list->setModel(m_filter);
    m_list->setItemDelegate(new ActivityDelegate(wallet, m_list));
    column->addWidget(m_list, 1);

    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_filter->setWords(text);
        if (m_filter->isSearching()) m_wallet.activity().fetchAll();
        refresh();
    });
    const auto open = [this](const QModelIndex& index) {
        if (index.isValid()) emit wantsEntry(index.data(ActivityModel::KeyRole).toByteArray());
    };
    // Not activated(): where a single click activates, one click would open two dialogs.
    connect(m_list, &QListView::clicked, this, open);
    for (const auto key : {Qt::Key_Return, Qt::Key_Enter}) {
        connect(new QShortcut(key, m_list, nullptr, nullptr, Qt::WidgetShortcut),
                &QShortcut::activated, this, [this, open] { open(m_list->currentIndex()); });
    }
    connect(m_search, &QLineEdit::returnPressed, this, [this] {
        m_list->setFocus();
        if (m_filter->rowCount() > 0) m_list->setCurrentIndex(m_filter->index(0, 0));
    });
    for (const auto signal :
         {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved}) {
        connect(m_filter, signal, this, &ActivityPage::refresh);
    }
    connect(&wallet.activity(), &ActivityModel::fetched, this, &ActivityPage::refresh);
    // Confirmations are counted in the rows.
    connect(&wallet, &WalletModel::pictureChanged, m_list->viewport(),
            qOverload<>(&QWidget::update));
    connect(m_state->action(), &Button::clicked, m_search, &QLineEdit::clear);
    refresh();
}

void ActivityPage::focusSearch() { m_search->setFocus(Qt::ShortcutFocusReason); }

QString ActivityPage::search() const { return m_search->text(); }

void ActivityPage::setSearch(const QString& words) { m_search->setText(words); }

void ActivityPage::refresh() {
    const bool any = m_filter->rowCount() > 0;
    m_list->setVisible(any);
    m_state->setVisible(!any);
    m_search->setVisible(m_wallet.activity().rowCount() > 0);
    if (any) return;
    if (!m_wallet.activity().isLoaded()) {
        m_state->set(QStringLiteral("busy"), tr("Reading your activity …"), {});
        m_state->offer({});
    } else if (m_filter->isSearching() && m_wallet.activity().canFetchMore({})) {
        // Not "nothing" before all of it was read.
        m_state->set(QStringLiteral("busy"), tr("Searching all of your activity …"), {});
        m_state->offer({});
    } else if (m_filter->isSearching()) {
        m_state->set(QStringLiteral("search"), tr("Nothing found"),
                     tr("No payment and no transaction holds all of these words."));
        m_state->offer(tr("&Clear the search"));
    } else {
        m_state->set(QStringLiteral("activity"), tr("Nothing has moved yet"),
                     tr("Payments and transactions appear here, the newest first."));
        m_state->offer({});
    }
}

void ActivityPage::resizeEvent(QResizeEvent* event) {
    const bool narrow = event->size().width() < Theme::current().px(600);
    const int side = narrow ? space::normal : space::huge;
    m_column->layout()->setContentsMargins(side, narrow ? space::normal : space::huge, side,
                                           space::normal);
    m_column->setMaximumWidth(Page::readingWidth() + 2 * side);
    QWidget::resizeEvent(event);
}

}  // namespace runnel::ui
